// What the header of a JPEG 2000 codestream tells of its resolutions (ISO/IEC 15444-1 Annex A; for DICOM PS3.5 10.18).

const [SOC, COD, TLM, SOT] = [0xff4f, 0xff52, 0xff55, 0xff90];
const RPCL = 2;

export interface Resolutions {
  /** How often the picture was halved. */
  levels: number;
  /** Where each resolution is complete, the smallest first: the bytes up to there are a picture by themselves. */
  ends: number[];
}

/** The resolutions of a codestream of which the beginning is here; "later" while its header is not, nothing where it cannot be told. */
export function resolutionsOf(bytes: Uint8Array): Resolutions | 'later' | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 2) return 'later';
  if (view.getUint16(0) !== SOC) return undefined;
  let levels: number | undefined;
  const lengths: number[] = [];
  for (let at = 2; at + 4 <= bytes.length; ) {
    const [marker, length] = [view.getUint16(at), view.getUint16(at + 2)];
    if (marker === SOT) return whole(levels, lengths, at);
    if (at + 2 + length > bytes.length) return 'later';
    if (marker === COD && view.getUint8(at + 5) === RPCL) levels = view.getUint8(at + 9);
    if (marker === TLM) lengths.push(...partLengths(view, at, length));
    at += 2 + length;
  }
  return 'later';
}

/** Whether red, green and blue were turned into another colour space for coding; false also where the header is not here. */
export function isColourTransformed(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === COD) return view.getUint8(at + 8) === 1;
  }
  return false;
}

/** Only one part for each resolution, of a picture that is not tiled, says where each of them ends. */
function whole(levels: number | undefined, lengths: number[], start: number): Resolutions | undefined {
  if (levels === undefined || lengths.length !== levels + 1) return undefined;
  let end = start;
  return { levels, ends: lengths.map((length) => (end += length)) };
}

function partLengths(view: DataView, at: number, length: number): number[] {
  const sizes = view.getUint8(at + 5);
  const [index, wide] = [(sizes >> 4) & 3, (sizes >> 6) & 1];
  const step = index + (wide ? 4 : 2);
  const found: number[] = [];
  for (let entry = at + 6; entry + step <= at + 2 + length; entry += step) {
    if (index && tileOf(view, entry, index) !== 0) return [];
    found.push(wide ? view.getUint32(entry + index) : view.getUint16(entry + index));
  }
  return found;
}

function tileOf(view: DataView, at: number, size: number): number {
  return size === 1 ? view.getUint8(at) : view.getUint16(at);
}
