// Grey values as they lie, made into a picture here: where the decoders' workers do not run, and for what they would misread.
import { metaData, type Types, utilities } from '@cornerstonejs/core';
import { type Dataset, number, text } from './dicomjson';
import { DECODED, frameAt } from './frames';
import { valuesOf } from './samplebits';

/**
 * The frame as an image for the engine, in the units of its rescaling. Throws RequestFailed.
 * `isBeyond`: the samples were found to hold more than their value.
 */
export async function plainImage(imageId: string, ds: Dataset, isBeyond = false): Promise<Types.IImage> {
  const [rows, columns] = [number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0];
  const { bytes } = await frameAt(imageId.slice('wadors:'.length), DECODED);
  const stored = valuesOf(bytes.slice(), ds, rows * columns, isBeyond);
  const [slope, intercept] = [number(ds, '00281053') ?? 1, number(ds, '00281052') ?? 0];
  const pixels = Float32Array.from(stored, (value) => value * slope + intercept);
  if (pixels.length < rows * columns) throw new Error('the frame is cut off');
  const [low, high] = endsOf(pixels);
  const photometric = text(ds, '00280004') || 'MONOCHROME2';
  const plane = (metaData.get('imagePlaneModule', imageId) ?? {}) as { rowPixelSpacing?: number; columnPixelSpacing?: number };
  return {
    imageId, rows, columns, height: rows, width: columns, dataType: 'Float32Array', color: false, rgba: false, numberOfComponents: 1,
    rowPixelSpacing: plane.rowPixelSpacing, columnPixelSpacing: plane.columnPixelSpacing, calibration: metaData.get('calibratedPixelSpacing', imageId),
    photometricInterpretation: photometric, invert: photometric === 'MONOCHROME1', intercept: 0, slope: 1,
    preScale: { enabled: true, scaled: true, scalingParameters: { rescaleSlope: slope, rescaleIntercept: intercept } },
    minPixelValue: low, maxPixelValue: high, windowCenter: number(ds, '00281050') ?? (low + high + 1) / 2, windowWidth: number(ds, '00281051') ?? high - low + 1,
    sizeInBytes: pixels.byteLength, getPixelData: () => pixels,
    imageFrame: { photometricInterpretation: photometric, samplesPerPixel: 1, pixelData: pixels, rows, columns, smallestPixelValue: low, largestPixelValue: high },
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: pixels, width: columns, height: rows, numberOfComponents: 1 }),
  } as unknown as Types.IImage;
}

/** The least and the greatest of the values that are numbers; infinite where none is. */
function endsOf(pixels: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of pixels) {
    if (value < low && value > -Infinity) low = value;
    if (value > high && value < Infinity) high = value;
  }
  return [low, high];
}
