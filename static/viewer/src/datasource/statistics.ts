// What is read from the values of a picture: in regions, at places, along lines.
import type { Point } from '../measuring/places';
import { eachPixel, type Shape } from '../measuring/shapes';

export interface Samples {
  columns: number;
  rows: number;
  unit: string;
  colours: number;
  at: (column: number, row: number, colour?: number) => number;
  /** Whether a value is of a pixel that was filled in and belongs to no picture. */
  isPadding?: (value: number) => boolean;
}
export interface Statistics { mean: number; stdDev: number; min: number; max: number }

/** Mean, deviation and ends of the values inside `shape`, one of each for every colour; undefined when no pixel of the picture is inside. */
export function statistics(samples: Samples, shape: Shape): Statistics[] | undefined {
  const sums = Array.from({ length: samples.colours }, () => ({ n: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity }));
  eachPixel(shape, samples.columns, samples.rows, (column, row) => {
    for (let colour = 0; colour < samples.colours; colour++) {
      const value = samples.at(column, row, colour);
      if (!samples.isPadding?.(value)) add(sums[colour], value);
    }
  });
  if (!sums[0].n) return undefined;
  return sums.map(({ n, mean, squares, min, max }) => ({ mean, stdDev: Math.sqrt(squares / n), min, max }));
}

interface Sum { n: number; mean: number; squares: number; min: number; max: number }

/** Welford's way: large values with small differences keep their deviation. What is no number, as in parametric maps, is none of them. */
function add(sum: Sum, value: number): void {
  if (!Number.isFinite(value)) return;
  const gap = value - sum.mean;
  sum.n += 1;
  sum.mean += gap / sum.n;
  sum.squares += gap * (value - sum.mean);
  if (value < sum.min) sum.min = value;
  if (value > sum.max) sum.max = value;
}

/** The value at a place, of each colour; undefined outside the picture. */
export function valueAt(samples: Samples, [x, y]: Point): number[] | undefined {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= samples.columns || row >= samples.rows) return undefined;
  return Array.from({ length: samples.colours }, (_, colour) => samples.at(column, row, colour));
}

/** The values along a line, one for each pixel that it is long, as [share of the line, value]; of the first colour where there are several. */
export function profile(samples: Samples, [x1, y1]: Point, [x2, y2]: Point): [number, number][] {
  const count = Math.max(2, Math.ceil(Math.hypot(x2 - x1, y2 - y1)) + 1);
  return Array.from({ length: count }, (_, index) => index / (count - 1)).flatMap((share): [number, number][] => {
    const value = valueAt(samples, [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share]);
    return value ? [[share, value[0]]] : [];
  });
}

export interface Histogram { from: number; to: number; counts: number[] }

/** How many pixels inside have which value, in at most `most` steps of the same width; whole numbers never fall between two. */
export function histogram(samples: Samples, shape: Shape, most = 64): Histogram | undefined {
  const inside: number[] = [];
  eachPixel(shape, samples.columns, samples.rows, (column, row) => inside.push(samples.at(column, row)));
  const values = inside.filter((value) => Number.isFinite(value) && !samples.isPadding?.(value));
  if (!values.length) return undefined;
  const [least, greatest] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const areWhole = values.every(Number.isInteger);
  const width = areWhole ? Math.max(1, Math.ceil((greatest - least + 1) / most)) : (greatest - least) / most || 1;
  const counts = Array.from({ length: Math.min(most, Math.floor((greatest - least) / width) + 1) }, () => 0);
  for (const value of values) counts[Math.min(counts.length - 1, Math.floor((value - least) / width))] += 1;
  return { from: least, to: least + width * counts.length - (areWhole ? 1 : 0), counts };
}
