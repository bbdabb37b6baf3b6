// Whether a coded frame ends where its code says. Decoders fill what is missing with grey, noise or the last line, and say nothing.
import type { Dataset } from './dicomjson';
import { number } from './dicomjson';

const RLE = '1.2.840.10008.1.2.5';
/** JPEG, JPEG-LS, JPEG 2000 and HTJ2K: all end with FF D9, and nothing but padding after it. */
const OF_JPEG = /^1\.2\.840\.10008\.1\.2\.4\.(50|51|57|70|80|81|90|91|92|93|201|202|203)$/;
const MOST_PADDING = 16;

/** Whether `bytes`, a frame in the transfer syntax `syntax`, is not whole. What is not known to be cut counts as whole. */
export function isCutOff(syntax: string, bytes: Uint8Array, ds: Dataset): boolean {
  if (OF_JPEG.test(syntax)) return !hasEnd(bytes);
  return syntax === RLE && runLengthOf(bytes) < sizeOf(ds);
}

function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 2 - MOST_PADDING); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

function sizeOf(ds: Dataset): number {
  const [rows, columns, samples, bits] = ['00280010', '00280011', '00280002', '00280100'].map((tag) => number(ds, tag) ?? 1);
  return rows * columns * samples * Math.ceil(bits / 8);
}

/** How many bytes the segments give together (PS3.5 annex G). */
function runLengthOf(bytes: Uint8Array): number {
  if (bytes.length < 64) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const starts = Array.from({ length: Math.min(15, count) }, (_, index) => view.getUint32(4 + 4 * index, true));
  return starts.reduce((sum, start, index) => sum + segmentLength(bytes, start, starts[index + 1] ?? bytes.length), 0);
}

function segmentLength(bytes: Uint8Array, start: number, end: number): number {
  let given = 0;
  for (let at = start; at < Math.min(end, bytes.length);) {
    const code = bytes[at];
    const isCopy = code < 128;
    given += isCopy ? Math.min(code + 1, bytes.length - at - 1) : code > 128 ? 257 - code : 0;
    at += isCopy ? code + 2 : code > 128 ? 2 : 1;
  }
  return given;
}
