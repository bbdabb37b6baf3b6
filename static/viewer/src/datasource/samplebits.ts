// Which bits of a grey sample are its value, and the values of a frame by that.
import { type Dataset, isColour, number } from './dicomjson';
import { isNative } from './plausible';

/** Single bits, signed bytes, real numbers, and values that do not begin at the lowest bit. */
export function isMisread(ds: Dataset): boolean {
  if (isColour(ds)) return false;
  const { allocated, isSigned, isReal, below } = formOf(ds);
  return allocated === 1 || (allocated === 8 && isSigned) || isReal || below > 0;
}

interface Form { allocated: number; stored: number; high: number; below: number; isSigned: boolean; isReal: boolean }

/** How a value lies in its sample (PS3.5 8.1.1); what was coded begins at the lowest bit, unless it turned out not to. Real numbers are neither signed nor unsigned (PS3.3 C.7.6.24). */
function formOf(ds: Dataset, isBeyond = false): Form {
  const allocated = number(ds, '00280100') ?? 16;
  const stored = Math.min(allocated, number(ds, '00280101') || allocated);
  const high = isNative(ds) || isBeyond ? Math.min(allocated - 1, number(ds, '00280102') ?? stored - 1) : stored - 1;
  const isReal = allocated >= 32 && number(ds, '00280103') === undefined;
  return { allocated, stored, high, below: Math.max(0, high + 1 - stored), isSigned: number(ds, '00280103') === 1, isReal };
}

/** The values of a frame, as many as there are bytes for. */
export function valuesOf(bytes: Uint8Array, ds: Dataset, count: number, isBeyond = false): ArrayLike<number> {
  const form = formOf(ds, isBeyond);
  if (form.allocated === 1) return bitsOf(bytes, count);
  const width = form.allocated / 8;
  const whole = bytes.slice(0, bytes.length - (bytes.length % width)).buffer as ArrayBuffer;
  if (form.isReal) return form.allocated === 64 ? new Float64Array(whole) : new Float32Array(whole);
  if (form.allocated === 32) return form.isSigned ? new Int32Array(whole) : new Uint32Array(whole);
  return within(form.allocated === 8 ? new Uint8Array(whole) : new Uint16Array(whole), form);
}

function bitsOf(bytes: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: Math.min(count, bytes.length * 8) }, (_, at) => (bytes[at >> 3] >> (at & 7)) & 1);
}

/** The bits of each sample that are its value. */
function within(samples: Uint8Array | Uint16Array, { stored, high, isSigned }: Form): Int32Array {
  const [up, down] = [31 - high, 32 - stored];
  return Int32Array.from(samples, isSigned ? (sample) => (sample << up) >> down : (sample) => (sample << up) >>> down);
}
