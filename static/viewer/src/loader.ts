// The image loader: WADO-RS frames as stored, and once more decoded by the server where this browser cannot read them.
import { Enums, imageLoader, type Types } from '@cornerstonejs/core';
import { wadors } from '@cornerstonejs/dicom-image-loader';
import { type Dataset, number, text } from './dicomjson';
import { metadataOf } from './datasource';

const DECODED = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1';
const BASELINE_JPEG = ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51'];
const KNOWN_FUNCTIONS: string[] = Object.values(Enums.VOILUTFunctionType);

const decodedByServer = new Set<string>();

type LoadedImage = Types.IImage & { voiLUTFunction?: string };
type Loading = { promise: Promise<LoadedImage>; cancelFn: undefined };

/** Request headers for a frame; the usual ones ask for it as stored. */
export function headersFor(imageId: string): Record<string, string> {
  return decodedByServer.has(imageId) || isPlainRgbJpeg(metadataOf(imageId)) ? { Accept: DECODED } : {};
}

/** Whether the frame comes as plain values, whatever its stored form. */
export function isDecodedByServer(imageId: string): boolean {
  return decodedByServer.has(imageId) || isPlainRgbJpeg(metadataOf(imageId));
}

/** JPEG of colours that are not YCbCr: browsers' decoders turn them as if they were. */
function isPlainRgbJpeg(ds: Dataset): boolean {
  return text(ds, '00280004') === 'RGB' && BASELINE_JPEG.includes(text(ds, '00083002'));
}

export function registerLoader(): void {
  imageLoader.registerImageLoader('wadors', ((imageId: string, options: object) => load(imageId, options)) as never);
}

function load(imageId: string, options: object): Loading {
  const attempt = async () => verified(imageId, (await wadors.loadImage(imageId, { ...options }).promise) as LoadedImage);
  const promise = attempt().catch((error: unknown) => {
    if (isRefusal(error) || isDecodedByServer(imageId)) throw error;
    decodedByServer.add(imageId);
    return attempt();
  });
  return { promise, cancelFn: undefined };
}

/** The server said no, or does not answer: asking for another form would not help. */
function isRefusal(error: unknown): boolean {
  const status = (error as { status?: number })?.status ?? (error as { error?: { status?: number } })?.error?.status;
  return status !== undefined && status !== 406;
}

/** A decoder that fails silently gives a picture of nothing; that must not be shown as a black image. */
function verified(imageId: string, image: LoadedImage): LoadedImage {
  const ds = metadataOf(imageId);
  const expected = (number(ds, '00280010') ?? 0) * (number(ds, '00280011') ?? 0);
  const values = image.voxelManager?.getScalarData() as ArrayLike<number> | undefined;
  if (!values || values.length < expected || !Number.isFinite(image.minPixelValue) || !Number.isFinite(image.maxPixelValue)) {
    throw new Error('the decoder gave no picture');
  }
  const wanted = text(ds, '00281056');
  image.voiLUTFunction = (KNOWN_FUNCTIONS.includes(wanted) ? wanted : 'LINEAR') as never;
  return image;
}
