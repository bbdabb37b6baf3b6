// Calibrated regions of ultrasound pictures (PS3.3 C.8.5.5): what a step to the right and one down mean at a place.
import { type Dataset, items, number } from '../datasource/dicomjson';
import type { Point } from './places';

/** One direction of a region: the size of a step of one pixel, and the value at a place. */
export interface Axis { unit: string; step: number; at: (place: number) => number }
export interface Region { left: number; top: number; right: number; bottom: number; x: Axis; y: Axis }

/** Units of PS3.3 C.8.5.5.1.15, lengths in millimetres. */
const UNITS: Record<number, [unit: string, factor: number]> = {
  1: ['%', 1], 2: ['dB', 1], 3: ['mm', 10], 4: ['s', 1], 5: ['Hz', 1], 6: ['dB/s', 1], 7: ['cm/s', 1], 8: ['cm²', 1], 9: ['cm²/s', 1],
  10: ['cm³', 1], 11: ['cm³/s', 1], 12: ['°', 1],
};

/** The calibrated regions of a picture. */
export function regionsOf(ds: Dataset): Region[] {
  return items(ds, '00186011').flatMap((item) => {
    const [left, top, right, bottom] = ['00186018', '0018601A', '0018601C', '0018601E'].map((tag) => number(item, tag));
    const x = axis(item, left, ['00186024', '0018602C', '00186020', '00186028']);
    const y = axis(item, top, ['00186026', '0018602E', '00186022', '0018602A']);
    if (!x || !y || left === undefined || top === undefined || right === undefined || bottom === undefined) return [];
    return [{ left, top, right: right + 1, bottom: bottom + 1, x, y }];
  });
}

/** `tags` are the unit, the step, the reference pixel (counted from the edge of the region) and the value there. */
function axis(item: Dataset, edge: number | undefined, tags: [string, string, string, string]): Axis | undefined {
  const [unit, delta, reference = 0, value = 0] = tags.map((tag) => number(item, tag));
  const known = UNITS[unit ?? 0];
  if (!known || !delta || edge === undefined) return undefined;
  const [name, factor] = known;
  return { unit: name, step: Math.abs(delta) * factor, at: (place) => ((place - 0.5 - edge - reference) * delta + value) * factor };
}

/** The smallest region that holds all of `points`; what reaches out of a region is measured by none. */
export function regionAround(regions: Region[], points: Point[]): Region | undefined {
  const around = regions.filter((region) => points.every(([x, y]) => x >= region.left && x <= region.right && y >= region.top && y <= region.bottom));
  return around.sort((a, b) => size(a) - size(b))[0];
}

function size(region: Region): number {
  return (region.right - region.left) * (region.bottom - region.top);
}
