// How a measurement reads: SI units with a space, "px" where the picture has no scale, the detector plane named as such. The server writes
// the same on key images (imaging/viewer/readings.py); both are tested with tests/imaging/viewer/readings.json.
import { say } from '../boot';
import { SUV_CODES, SUV_UNITS, type SuvKind } from '../volumes/suv';
import type { Values } from './measure';

const shown = (value: number, digits: number) => value.toFixed(digits).replace(/^-(?=[0.]*$)/, '').replace('-', '−');

/** The lines in which a reader reads a measurement. */
export function linesOf(values: Values): string[] {
  return [ratio, lengths, angle, area, envelope, axes, greyValue, greyValues, uptake].flatMap((read) => read(values)).filter(Boolean);
}

function ratio({ ratio: value }: Values): string[] {
  return typeof value === 'number' ? [`${say('ctr')} ${shown(value, 2)}`] : [];
}

function lengths({ length, width, diameter, unit = 'px' }: Values): string[] {
  const [plain, source] = split(String(unit));
  if (typeof length === 'number' && typeof width === 'number') return [withSource(`${lengthText(length, plain)} × ${lengthText(width, plain)} ${shownUnit(plain)}`, source)];
  if (typeof length === 'number') return [withSource(`${lengthText(length, plain)} ${shownUnit(plain)}`, source)];
  return typeof diameter === 'number' ? [withSource(`Ø ${lengthText(diameter, plain)} ${shownUnit(plain)}`, source)] : [];
}

const split = (unit: string) => unit.split(' ') as [string, string?];
const perMm = (unit: string) => (unit === 'cm' ? 10 : 1);
const shownUnit = (unit: string) => (unit === 'cm' ? 'mm' : unit);
const lengthText = (value: number, unit: string) => shown(value * perMm(unit), 1);

function angle({ angle: value, supplement }: Values): string[] {
  if (typeof value !== 'number') return [];
  return [typeof supplement === 'number' ? `${shown(value, 1)}° (${shown(supplement, 1)}°)` : `${shown(value, 1)}°`];
}

function area({ area: value, areaUnit = 'px²' }: Values): string[] {
  if (typeof value !== 'number') return [];
  const [unit, source] = split(String(areaUnit));
  if (unit === 'px²') return [`${shown(value, 0)} px²`];
  const squareMm = value * (unit === 'cm²' ? 100 : 1);
  return [withSource(squareMm >= 1000 ? `${shown(squareMm / 100, 2)} cm²` : `${shown(squareMm, 1)} mm²`, source)];
}

function withSource(text: string, source?: string): string {
  return source === 'Proj' ? `${text} ${say('atDetector')}` : text;
}

const DIGITS: Record<string, number> = { s: 3, mm: 1, 'cm/s': 1 };

/** Two directions of different kinds: time and velocity, time and depth. */
function axes({ x, xUnit, y, yUnit }: Values): string[] {
  if (typeof x !== 'number' || typeof y !== 'number') return [];
  const one = (value: number, unit: unknown) => `${shown(value, DIGITS[String(unit)] ?? 1)} ${String(unit)}`;
  return [one(y, yUnit), one(x, xUnit)];
}

/** Of a trace in a Doppler spectrum. */
function envelope({ vti, vmax, vmean, time }: Values): string[] {
  if (typeof vti !== 'number' || typeof vmax !== 'number' || typeof vmean !== 'number' || typeof time !== 'number') return [];
  return [`VTI ${shown(vti, 1)} cm`, `${say('most')} ${shown(vmax, 1)} · ${say('mean')} ${shown(vmean, 1)} cm/s`, `${shown(time, 3)} s`];
}

/** A thousandth of a Hounsfield unit says nothing; one of an uptake or an optical density does. */
const finest = (unit: unknown) => (unit === 'HU' ? 1 : 3);
const grey = (value: number, most: number) => shown(value, Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : Math.abs(value) >= 1 ? 1 : most);
const eachGrey = (value: number | string | number[], unit: unknown) => [value].flat().map((one) => grey(Number(one), finest(unit))).join(' / ');
const afterUnit = (unit: unknown) => (unit && unit !== 'raw' ? ` ${String(unit)}` : '');

function greyValue({ value, modalityUnit }: Values): string[] {
  return value === undefined ? [] : [`${eachGrey(value, modalityUnit)}${afterUnit(modalityUnit)}`];
}

function greyValues({ mean, stdDev, min, max, modalityUnit }: Values): string[] {
  if (mean === undefined || stdDev === undefined) return [];
  const unit = afterUnit(modalityUnit);
  const ends = min === undefined || max === undefined ? '' : `${eachGrey(min, modalityUnit)} … ${eachGrey(max, modalityUnit)}${unit}`;
  return [`${say('mean')} ${eachGrey(mean, modalityUnit)} ± ${eachGrey(stdDev, modalityUnit)}${unit}`, ends];
}

function uptake({ suv, suvMean, suvMax, suvUnit }: Values): string[] {
  const kind = (Object.keys(SUV_CODES) as SuvKind[]).find((one) => SUV_CODES[one] === suvUnit);
  if (!kind) return [];
  if (typeof suv === 'number') return [`SUV ${kind} ${shown(suv, 2)} ${SUV_UNITS[kind]}`];
  if (typeof suvMean !== 'number' || typeof suvMax !== 'number') return [];
  return [`SUV ${kind} ${say('mean')} ${shown(suvMean, 2)} · ${say('most')} ${shown(suvMax, 2)} ${SUV_UNITS[kind]}`];
}

const isWide = (sign: string) => /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|[\ud840-\ud8bf]/.test(sign);

/** Words in lines of `most` narrow signs, wide ones counting twice; broken between words where that can be. */
export function broken(words: string, most: number): string[] {
  const lines = [''];
  for (const part of words.match(/\s+|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|[\ud840-\ud8bf][\udc00-\udfff]|[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60\ud840-\ud8bf]+/g) ?? []) {
    for (const piece of part.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? []) {
      if (widthOf(lines.at(-1)! + piece) > most && lines.at(-1)) lines.push('');
      lines[lines.length - 1] += lines.at(-1) ? piece : piece.trimStart();
    }
  }
  return lines.map((line) => line.trimEnd());
}

function widthOf(line: string): number {
  return [...line].reduce((sum, sign) => sum + (isWide(sign) ? 2 : 1), 0);
}
