// Whether decoded values can be those of the picture.
import type { Types } from '@cornerstonejs/core';
import { type Dataset, isColour, number, text } from './dicomjson';

const NATIVE = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'];
type Scaled = { scaled?: boolean; scalingParameters?: { rescaleSlope?: number; rescaleIntercept?: number; suvbw?: number } };

export function isNative(ds: Dataset): boolean {
  return NATIVE.includes(text(ds, '00083002'));
}

/**
 * Compressed values may be signed where the header says unsigned, or the other way: air would be shown as bone. Plain ones may have an
 * overlay in the bits above theirs.
 * `overshoot` is the share of all values that they may go beyond the ends.
 */
export function isWithinBits(ds: Dataset, image: Types.IImage, overshoot = 0): boolean {
  const { scaled, scalingParameters: scaling = {} } = (image.preScale ?? {}) as Scaled;
  if (isColour(ds) || scaling.suvbw !== undefined) return true;
  const bits = number(ds, '00280101') ?? number(ds, '00280100') ?? 16;
  const beyond = overshoot * 2 ** bits;
  const lowest = number(ds, '00280103') === 1 ? -(2 ** (bits - 1)) : 0;
  const ends = [lowest - beyond, lowest + 2 ** bits - 1 + beyond].map((value) => (scaled ? value * (scaling.rescaleSlope ?? 1) + (scaling.rescaleIntercept ?? 0) : value));
  return image.minPixelValue >= Math.min(...ends) - 1 && image.maxPixelValue <= Math.max(...ends) + 1;
}
