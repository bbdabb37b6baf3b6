// Grey values that the server decoded, made into a picture here, without the decoders' workers.
import { metaData, type Types, utilities } from '@cornerstonejs/core';
import { partOf } from './cutoff';
import { type Dataset, number, text } from './dicomjson';
import { RequestFailed } from './requests';

const LITTLE = '1.2.840.10008.1.2.1';
type Values = Uint8Array | Int8Array | Uint16Array | Int16Array | Float32Array;

/** The frame as an image for the engine, in the units of its rescaling. Throws RequestFailed. */
export async function plainImage(imageId: string, ds: Dataset): Promise<Types.IImage> {
  const stored = valuesOf(await frame(imageId.slice('wadors:'.length)), ds);
  const [slope, intercept] = [number(ds, '00281053') ?? 1, number(ds, '00281052') ?? 0];
  const pixels = Float32Array.from(stored, (value) => value * slope + intercept);
  const [rows, columns] = [number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0];
  if (pixels.length < rows * columns) throw new Error('the frame is cut off');
  const [low, high] = pixels.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const plane = (metaData.get('imagePlaneModule', imageId) ?? {}) as { rowPixelSpacing?: number; columnPixelSpacing?: number };
  return {
    imageId, rows, columns, height: rows, width: columns, dataType: 'Float32Array', color: false, rgba: false, numberOfComponents: 1,
    rowPixelSpacing: plane.rowPixelSpacing, columnPixelSpacing: plane.columnPixelSpacing, calibration: metaData.get('calibratedPixelSpacing', imageId),
    photometricInterpretation: text(ds, '00280004'), invert: text(ds, '00280004') === 'MONOCHROME1', intercept: 0, slope: 1,
    preScale: { enabled: true, scaled: true, scalingParameters: { rescaleSlope: slope, rescaleIntercept: intercept } },
    minPixelValue: low, maxPixelValue: high, windowCenter: number(ds, '00281050') ?? (low + high) / 2, windowWidth: number(ds, '00281051') ?? Math.max(1, high - low),
    sizeInBytes: pixels.byteLength, getPixelData: () => pixels,
    imageFrame: { photometricInterpretation: text(ds, '00280004'), samplesPerPixel: 1, pixelData: pixels, rows, columns, smallestPixelValue: low, largestPixelValue: high },
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: pixels, width: columns, height: rows, numberOfComponents: 1 }),
  } as unknown as Types.IImage;
}

async function frame(address: string): Promise<Uint8Array> {
  const accept = `multipart/related; type="application/octet-stream"; transfer-syntax=${LITTLE}`;
  const answer = await fetch(address, { headers: { Accept: accept }, credentials: 'same-origin' }).catch(() => undefined);
  if (!answer?.ok) throw new RequestFailed(answer?.status ?? 0, address);
  const part = partOf(new Uint8Array(await answer.arrayBuffer()));
  if (!part) throw new Error('the answer has no frame');
  return part.bytes.slice();
}

function valuesOf(bytes: Uint8Array, ds: Dataset): Values {
  const isSigned = number(ds, '00280103') === 1;
  if ((number(ds, '00280100') ?? 16) <= 8) return isSigned ? new Int8Array(bytes.buffer) : bytes;
  const whole = bytes.buffer.slice(0, bytes.length - (bytes.length % 2)) as ArrayBuffer;
  return isSigned ? new Int16Array(whole) : new Uint16Array(whole);
}
