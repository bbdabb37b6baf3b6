// What stands beside a mark while it is drawn, and what the engine measured itself.
import { afterReport } from './afterreport';
import { type MarkData, measured, type Values } from './measure';
import { linesOf } from './wording';

const IMAGE = 'imageId:';

/** The lines beside a mark of `tool`, for the engine. It names what a mark is drawn on; on anything but a picture its own numbers are read. */
export function linesFor(tool: string): (data: MarkData & { cachedStats?: Record<string, Values> }, target: string | string[]) => string[] {
  return (data, target) => {
    const [on] = [target].flat();
    const lines = linesOf(on.startsWith(IMAGE) ? measured(tool, on.slice(IMAGE.length), data) : engineValues(data.cachedStats?.[on]));
    return lines.length ? [...lines, ...afterReport(data)] : lines;
  };
}

/** What the engine measured itself, as on planes through a volume. */
export function engineValues(stats: Values = {}): Values {
  const wanted = ['length', 'width', 'unit', 'angle', 'area', 'areaUnit', 'mean', 'stdDev', 'min', 'max', 'modalityUnit'];
  const isKnown = (value: unknown) => (typeof value === 'number' && Number.isFinite(value)) || Array.isArray(value) || typeof value === 'string';
  const found = Object.fromEntries(wanted.filter((name) => isKnown(stats[name])).map((name) => [name, stats[name]]));
  return typeof found.angle === 'string' ? {} : found;
}
