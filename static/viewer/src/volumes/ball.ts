// What a volume holds in a ball: mean, deviation, largest value, and the peak as PET is read. Plain reckoning, nothing is drawn here.
import { type Geometry, indexAt, type Vector } from './geometry';

/** What is no number is no part of the volume. */
export type ValueOf = (column: number, row: number, slice: number) => number;
export interface Stats { mean: number; stdDev: number; max: number; points: number }

/** More points than a reader means by a region, and than are read in a moment. */
const MOST_POINTS = 3_000_000;
const MOST_READS = 30_000_000;
/** Of a ball of one cubic centimetre. */
const PEAK_RADIUS_MM = Math.cbrt((3 * 1000) / (4 * Math.PI));

/** Values of the points whose middle lies in a ball; undefined when there are none, or too many. */
export function statsInBall(geometry: Geometry, valueOf: ValueOf, centre: Vector, radius: number): Stats | undefined {
  let [mean, spread, points, max] = [0, 0, 0, -Infinity];
  for (const index of pointsInBall(geometry, centre, radius)) {
    const value = valueOf(...index);
    if (!Number.isFinite(value)) continue;
    const away = value - mean;
    points += 1;
    mean += away / points;
    spread += away * (value - mean);
    max = Math.max(max, value);
  }
  return points ? { mean, stdDev: Math.sqrt(spread / points), max, points } : undefined;
}

/** The largest mean of a ball of one cubic centimetre whose middle is a point of the region; undefined where that is too much to read. */
export function peakInBall(geometry: Geometry, valueOf: ValueOf, centre: Vector, radius: number): number | undefined {
  const middles = pointsInBall(geometry, centre, radius);
  const steps = stepsWithin(geometry, PEAK_RADIUS_MM);
  if (!middles.length || middles.length * steps.length > MOST_READS) return undefined;
  return Math.max(...middles.map((middle) => meanAround(geometry, valueOf, middle, steps)));
}

function meanAround({ dimensions }: Geometry, valueOf: ValueOf, [i, j, k]: Vector, steps: Vector[]): number {
  let [sum, points] = [0, 0];
  for (const [di, dj, dk] of steps) {
    const [column, row, slice] = [i + di, j + dj, k + dk];
    if (column < 0 || row < 0 || slice < 0 || column >= dimensions[0] || row >= dimensions[1] || slice >= dimensions[2]) continue;
    const value = valueOf(column, row, slice);
    if (!Number.isFinite(value)) continue;
    sum += value;
    points += 1;
  }
  return points ? sum / points : -Infinity;
}

/** From a point to all that are no farther than `radius`. */
function stepsWithin({ spacing }: Geometry, radius: number): Vector[] {
  const [columns, rows, slices] = spacing.map((mm) => around(0, radius / mm));
  return each(columns, rows, slices, (index) => Math.hypot(...index.map((part, side) => part * spacing[side])) <= radius);
}

function pointsInBall(geometry: Geometry, centre: Vector, radius: number): Vector[] {
  const { spacing, dimensions } = geometry;
  const middle = indexAt(geometry, centre);
  const [columns, rows, slices] = [0, 1, 2].map((side) => around(middle[side], radius / spacing[side]).filter((at) => at >= 0 && at < dimensions[side]));
  if (columns.length * rows.length * slices.length > MOST_POINTS) return [];
  return each(columns, rows, slices, (index) => Math.hypot(...index.map((part, side) => (part - middle[side]) * spacing[side])) <= radius);
}

function around(middle: number, reach: number): number[] {
  const first = Math.ceil(middle - reach);
  return Array.from({ length: Math.max(0, Math.floor(middle + reach) - first + 1) }, (_, step) => first + step);
}

function each(columns: number[], rows: number[], slices: number[], isIn: (index: Vector) => boolean): Vector[] {
  const found: Vector[] = [];
  for (const slice of slices) {
    for (const row of rows) {
      for (const column of columns) if (isIn([column, row, slice])) found.push([column, row, slice]);
    }
  }
  return found;
}
