// Bitmaps that a presentation state brings: overlay planes and drawn shutters.
import { coloured } from './raster';
import type { Bitmap } from './types';

const drawn = new WeakMap<Bitmap, Map<string, HTMLCanvasElement>>();

/** As a picture with nothing where no bit is set; drawn once for each colour. */
export function bitmapOf(bitmap: Bitmap, colour: string): HTMLCanvasElement {
  const known = drawn.get(bitmap) ?? new Map<string, HTMLCanvasElement>();
  drawn.set(bitmap, known);
  let canvas = known.get(colour);
  if (!canvas) {
    canvas = coloured(ownersOf(bitmap), bitmap.columns, bitmap.rows, [colour], false);
    known.set(colour, canvas);
  }
  return canvas;
}

function ownersOf({ rows, columns, bits }: Bitmap): Uint16Array {
  const bytes = Uint8Array.from(atob(bits), (letter) => letter.charCodeAt(0));
  return Uint16Array.from({ length: rows * columns }, (_, at) => (bytes[at >> 3] >> (at & 7)) & 1);
}
