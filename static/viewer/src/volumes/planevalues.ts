// What a mark on a cut plane measures, from its places in the patient: what is drawn beside it, what is kept and what is listed.
import { say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { paddingOf } from '../datasource/padding';
import { peakInBall, statsInBall, type Stats, type ValueOf } from './ball';
import type { Vector } from './geometry';
import type { Layer } from './layer';
import { angleAt, lengthOf } from './lines';
import { readerOf } from './volumes';

export const LENGTH = 'PlaneLength';
export const ANGLE = 'PlaneAngle';
export const BALL = 'Ball';

export type PlaneValues = Record<string, number | string>;
/** What was read from one series, in its unit (UCUM). */
export interface Reading { series: string; unit: string; mean: number; max: number; stdDev: number; peak?: number }

/** Nothing while places are missing. */
export function planeValues(tool: string, places: Vector[]): PlaneValues {
  const [a, b, c] = places;
  if (tool === ANGLE) return a && b && c ? { angle: angleAt(a, b, c) } : {};
  if (!a || !b) return {};
  return tool === BALL ? { diameter: 2 * lengthOf(a, b), unit: 'mm' } : { length: lengthOf(a, b), unit: 'mm' };
}

export function readings(tool: string, places: Vector[], layers: Layer[]): Reading[] {
  const [centre, edge] = places;
  if (tool !== BALL || !centre || !edge) return [];
  return layers.flatMap((layer) => readingOf(layer, centre, lengthOf(centre, edge)));
}

function readingOf(layer: Layer, centre: Vector, radius: number): Reading[] {
  const found = readOnce(layer, centre, radius);
  if (!found) return [];
  const { factor } = layer;
  const peak = found.peak === undefined ? {} : { peak: found.peak * factor };
  return [{ series: layer.volume.set.series, unit: layer.ucum, mean: found.mean * factor, max: found.max * factor, stdDev: found.stdDev * factor, ...peak }];
}

type Found = Stats & { peak?: number };
const read = new Map<string, Found | undefined>();
const MOST_READ = 100;

/** What was read once is not read again at every drawing. */
function readOnce(layer: Layer, centre: Vector, radius: number): Found | undefined {
  const key = [layer.id, ...centre, radius].join();
  if (read.size > MOST_READ) read.clear();
  if (!read.has(key)) {
    const { geometry } = layer.volume;
    const valueOf = withoutPadding(layer);
    const stats = statsInBall(geometry, valueOf, centre, radius);
    const peak = stats && layer.hasPeak ? peakInBall(geometry, valueOf, centre, radius) : undefined;
    read.set(key, stats && { ...stats, ...(peak === undefined ? {} : { peak }) });
  }
  return read.get(key);
}

function withoutPadding({ volume }: Layer): ValueOf {
  const [valueOf, isPadding] = [readerOf(volume), paddingOf(metadataOf(volume.geometry.ids[0]))];
  if (!isPadding) return valueOf;
  return (...index) => {
    const value = valueOf(...index);
    return isPadding(value) ? NaN : value;
  };
}

/** The lines beside a mark. */
export function planeLines(tool: string, places: Vector[], layers: Layer[]): string[] {
  const { length, angle, diameter } = planeValues(tool, places) as Record<string, number | undefined>;
  if (length !== undefined) return [`${length.toFixed(1)} mm`];
  if (angle !== undefined) return [`${angle.toFixed(1)}°`];
  return diameter === undefined ? [] : [`Ø ${diameter.toFixed(1)} mm`, ...layers.flatMap((layer) => ballLines(layer, places))];
}

function ballLines(layer: Layer, [centre, edge]: Vector[]): string[] {
  const found = readOnce(layer, centre, lengthOf(centre, edge));
  if (!found) return [];
  const named: [string, number | undefined][] = [['mean', found.mean], ['most', found.max], ['peak', found.peak]];
  return named.flatMap(([name, value]) => (value === undefined ? [] : [`${say(name)} ${layer.shown(value)}`]));
}
