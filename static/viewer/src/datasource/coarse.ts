// A smaller picture at the size of the one that is still arriving, so that zoom, window and place stay when the rest is here.
import { Enums, type Types, utilities } from '@cornerstonejs/core';

type Values = Types.PixelDataTypedArray;

/** Whether a picture is a stand-in for one that is still arriving. */
export function isCoarse(image: Types.IImage | undefined): boolean {
  return image?.imageQualityStatus === Enums.ImageQualityStatus.SUBRESOLUTION;
}

/** `small` drawn out to `rows` and `columns`, and marked as what it is. */
export function enlarged(small: Types.IImage, rows: number, columns: number): Types.IImage {
  const samples = small.numberOfComponents || 1;
  const pixels = stretched(small.voxelManager!.getScalarData() as Values, small, { rows, columns }, samples);
  return {
    ...small, rows, columns, height: rows, width: columns, sizeInBytes: pixels.byteLength, getPixelData: () => pixels,
    imageFrame: { ...small.imageFrame, rows, columns, pixelData: pixels, pixelDataLength: pixels.length },
    imageQualityStatus: Enums.ImageQualityStatus.SUBRESOLUTION,
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: pixels, width: columns, height: rows, numberOfComponents: samples } as never),
  } as unknown as Types.IImage;
}

interface Size { rows: number; columns: number }

/** Between the four nearest values, which reads better than squares. */
function stretched(values: Values, from: Size, to: Size, samples: number): Values {
  const made = new (values.constructor as new (length: number) => Values)(to.rows * to.columns * samples);
  const across = places(from.columns, to.columns);
  const down = places(from.rows, to.rows);
  let at = 0;
  for (const [above, below, lower] of down) {
    const [top, bottom] = [above * from.columns, below * from.columns];
    for (const [left, right, more] of across) {
      for (let sample = 0; sample < samples; sample++) {
        const upper = mixed(values, (top + left) * samples + sample, (top + right) * samples + sample, more);
        const under = mixed(values, (bottom + left) * samples + sample, (bottom + right) * samples + sample, more);
        made[at++] = upper + (under - upper) * lower;
      }
    }
  }
  return made;
}

function mixed(values: Values, first: number, second: number, share: number): number {
  return values[first] + (values[second] - values[first]) * share;
}

/** For each place the two nearest ones of the smaller picture, and how much of the second. */
function places(from: number, to: number): [number, number, number][] {
  return Array.from({ length: to }, (_, index) => {
    const exact = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / to - 0.5));
    const low = Math.floor(exact);
    return [low, Math.min(low + 1, from - 1), exact - low];
  });
}
