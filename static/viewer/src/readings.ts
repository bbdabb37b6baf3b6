// How a measurement reads: SI units with a space, "px" where the picture has no scale, the detector plane named as such.
import { say } from './boot';

interface Stats { length?: number; unit?: string; angle?: number | string; area?: number; areaUnit?: string; mean?: number; stdDev?: number; min?: number; max?: number; modalityUnit?: string }
interface Data { cachedStats: Record<string, Stats> }

const MM_PER = { mm: 1, cm: 10 } as const;

/** A length in millimetres where a scale is known, else in pixels. */
export function readLength(length: number, unit: string): string {
  const [base, ...source] = unit.split(' ');
  const factor = MM_PER[base as keyof typeof MM_PER];
  if (!factor) return `${length.toFixed(1)} ${base || 'px'}`;
  return withSource(`${(length * factor).toFixed(1)} mm`, source.join(' '));
}

export function readArea(area: number, unit: string): string {
  const [base, ...source] = unit.split(' ');
  const factor = MM_PER[base.replace('²', '') as keyof typeof MM_PER];
  if (!factor) return `${area.toFixed(0)} ${base || 'px²'}`;
  const squareMm = area * factor * factor;
  const shown = squareMm >= 1000 ? `${(squareMm / 100).toFixed(2)} cm²` : `${squareMm.toFixed(1)} mm²`;
  return withSource(shown, source.join(' '));
}

function withSource(shown: string, source: string): string {
  return source === 'Proj' ? `${shown} ${say('atDetector')}` : shown;
}

function statsOf(data: Data, target: string): Stats {
  return data.cachedStats[target] ?? {};
}

export function lengthLines(data: Data, target: string): string[] {
  const { length, unit } = statsOf(data, target);
  return typeof length === 'number' && Number.isFinite(length) ? [readLength(length, unit ?? 'px')] : [];
}

export function angleLines(data: Data, target: string): string[] {
  const { angle } = statsOf(data, target);
  return typeof angle === 'number' && Number.isFinite(angle) ? [`${angle.toFixed(1)}°`] : [];
}

export function areaLines(data: Data, target: string): string[] {
  const stats = statsOf(data, target);
  if (typeof stats.area !== 'number') return [];
  const unit = stats.modalityUnit && stats.modalityUnit !== 'raw' ? ` ${stats.modalityUnit}` : '';
  const value = (n: number) => (Math.abs(n) >= 10 ? n.toFixed(0) : n.toFixed(1)).replace('-', '−');
  const lines = [readArea(stats.area, stats.areaUnit ?? 'px²')];
  if (typeof stats.mean === 'number') lines.push(`${say('mean')} ${value(stats.mean)} ± ${value(stats.stdDev ?? 0)}${unit}`);
  if (typeof stats.min === 'number' && typeof stats.max === 'number') lines.push(`${value(stats.min)} … ${value(stats.max)}${unit}`);
  return lines;
}
