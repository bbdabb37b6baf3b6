// A picture that the server drew: its red, green and blue, at the size of the stored one so that measurements stay true.
import { metaData, type Types, utilities } from '@cornerstonejs/core';
import { type Dataset, number } from './dicomjson';
import { RequestFailed } from './requests';

/** The frame as an image for the engine. Throws RequestFailed. */
export async function drawnImage(imageId: string, ds: Dataset): Promise<Types.IImage> {
  const [rows, columns] = [number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0];
  const pixels = withoutAlpha(await drawing(`${imageId.slice('wadors:'.length)}/rendered`, columns, rows));
  const plane = (metaData.get('imagePlaneModule', imageId) ?? {}) as { rowPixelSpacing?: number; columnPixelSpacing?: number };
  return {
    imageId, rows, columns, height: rows, width: columns, dataType: 'Uint8Array', color: true, rgba: false, numberOfComponents: 3,
    rowPixelSpacing: plane.rowPixelSpacing, columnPixelSpacing: plane.columnPixelSpacing,
    calibration: metaData.get('calibratedPixelSpacing', imageId), photometricInterpretation: 'RGB',
    intercept: 0, slope: 1, invert: false, minPixelValue: 0, maxPixelValue: 255, windowCenter: 128, windowWidth: 256, voiLUTFunction: 'LINEAR',
    sizeInBytes: pixels.byteLength, getPixelData: () => pixels,
    imageFrame: { photometricInterpretation: 'RGB', samplesPerPixel: 3, pixelData: pixels, rows, columns, smallestPixelValue: 0, largestPixelValue: 255 },
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: pixels, width: columns, height: rows, numberOfComponents: 3 }),
  } as unknown as Types.IImage;
}

async function drawing(address: string, columns: number, rows: number): Promise<Uint8ClampedArray> {
  const answer = await fetch(address, { headers: { Accept: 'image/png' }, credentials: 'same-origin' }).catch(() => undefined);
  if (!answer?.ok) throw new RequestFailed(answer?.status ?? 0, address);
  const picture = await createImageBitmap(await answer.blob());
  const canvas = Object.assign(document.createElement('canvas'), { width: columns, height: rows });
  const context = canvas.getContext('2d')!;
  context.drawImage(picture, 0, 0, columns, rows);
  return context.getImageData(0, 0, columns, rows).data;
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    pixels[to++] = rgba[from];
    pixels[to++] = rgba[from + 1];
    pixels[to++] = rgba[from + 2];
  }
  return pixels;
}
