// The values of a picture after its modality LUT, with their unit, for whoever measures.
import { cache, type Types } from '@cornerstonejs/core';
import { metadataOf } from './datasource';
import { type Dataset, items, number, text } from './dicomjson';
import type { Point } from '../measuring/places';
import { eachPixel, type Shape } from '../measuring/shapes';

export interface Samples {
  columns: number;
  rows: number;
  unit: string;
  colours: number;
  at: (column: number, row: number, colour?: number) => number;
}
export interface Statistics { mean: number; stdDev: number; min: number; max: number }

type Scaling = { scaled?: boolean; scalingParameters?: { suvbw?: number } };

/** The values of a picture that is in memory with all that it has; undefined for any other. */
export function samplesOf(imageId: string): Samples | undefined {
  const image = cache.getImage(imageId) as Types.IImage | undefined;
  const values = image?.voxelManager?.getScalarData() as ArrayLike<number> | undefined;
  if (!image || !values) return undefined;
  const ds = metadataOf(imageId);
  const colours = Math.max(1, Math.round(values.length / (image.columns * image.rows)));
  const { scaled, scalingParameters } = (image.preScale ?? {}) as Scaling;
  const [slope, intercept] = scaled || colours > 1 ? [1, 0] : [image.slope ?? 1, image.intercept ?? 0];
  return {
    columns: image.columns, rows: image.rows, colours,
    unit: colours > 1 ? '' : scalingParameters?.suvbw !== undefined ? 'SUV bw' : unitOf(ds),
    at: (column, row, colour = 0) => values[(row * image.columns + column) * colours + colour] * slope + intercept,
  };
}

const PET_UNITS: Record<string, string> = { BQML: 'Bq/mL', CNTS: '', GML: 'g/mL', PROPCNTS: '', NONE: '' };
const RESCALED: Record<string, string> = { HU: 'HU', HU_MOD: 'HU', OD: 'OD', MGML: 'mg/mL', PCT: '%', ED: '10²³/mL' };

/** The unit that the picture names. Hounsfield units of CT go without saying, but not those of scouts or several energies (PS3.3 C.8.2.1.1.2). */
export function unitOf(ds: Dataset): string {
  const lut = items(ds, '00283000')[0];
  const named = text(lut ?? ds, lut ? '00283004' : '00281054');
  if (named && named !== 'US') return RESCALED[named] ?? '';
  if (text(ds, '00080060') === 'PT') return PET_UNITS[text(ds, '00541001')] ?? '';
  const isPlain = text(ds, '00080008', 2) !== 'LOCALIZER' && text(ds, '00080008') !== 'DERIVED' && text(ds, '00189361') !== 'YES';
  return text(ds, '00080060') === 'CT' && number(ds, '00281053') !== undefined && !named && isPlain ? 'HU' : '';
}

/** Mean, deviation and ends of the values inside `shape`, one of each for every colour; undefined when no pixel is inside. */
export function statistics(samples: Samples, shape: Shape): Statistics[] | undefined {
  const sums = Array.from({ length: samples.colours }, () => ({ n: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity }));
  eachPixel(shape, samples.columns, samples.rows, (column, row) => {
    for (let colour = 0; colour < samples.colours; colour++) add(sums[colour], samples.at(column, row, colour));
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
  const values = inside.filter(Number.isFinite);
  if (!values.length) return undefined;
  const [least, greatest] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const areWhole = values.every(Number.isInteger);
  const width = areWhole ? Math.max(1, Math.ceil((greatest - least + 1) / most)) : (greatest - least) / most || 1;
  const counts = Array.from({ length: Math.min(most, Math.floor((greatest - least) / width) + 1) }, () => 0);
  for (const value of values) counts[Math.min(counts.length - 1, Math.floor((value - least) / width))] += 1;
  return { from: least, to: least + width * counts.length - (areWhole ? 1 : 0), counts };
}
