// Pixels that were filled in round a picture and are none of it (PS3.3 C.7.5.1.1.2): no value is read from them.
import { type Dataset, number } from './dicomjson';

const HALF_A_STEP = 1e-6;

/** Tells filled-in pixels by their value after the rescale; undefined where the object has none. */
export function paddingOf(ds: Dataset): ((value: number) => boolean) | undefined {
  const ends = ['00280120', '00280121'].map((tag) => number(ds, tag)).filter((end) => end !== undefined).map((end) => asStored(end, ds));
  if (number(ds, '00280120') === undefined) return undefined;
  const [slope, intercept] = [number(ds, '00281053') ?? 1, number(ds, '00281052') ?? 0];
  const values = ends.map((end) => end * slope + intercept);
  const [least, most] = [Math.min(...values) - HALF_A_STEP, Math.max(...values) + HALF_A_STEP];
  return (value) => value >= least && value <= most;
}

/** A value that was written without its sign, as many do. */
function asStored(value: number, ds: Dataset): number {
  const bits = number(ds, '00280100') ?? 16;
  return number(ds, '00280103') === 1 && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
