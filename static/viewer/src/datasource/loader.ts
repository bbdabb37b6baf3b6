// The image loader: WADO-RS frames as stored; decoded by the server where this browser cannot read them; colour that even then
// is beyond it, drawn by the server.
import { Enums, imageLoader, type Types } from '@cornerstonejs/core';
import { arrivingImage, comesByAndBy, wholeImage } from './arriving';
import { areDecodersGone, whileDecodersRun } from './decoders';
import { type Dataset, isColour, number, text } from './dicomjson';
import { AS_STORED, DECODED } from './frames';
import { metadataOf } from './datasource';
import { drawnImage } from './drawn';
import { withModalityTable } from './lut';
import { plainImage } from './plain';
import { isNative, isWithinBits } from './plausible';
import { isMisread } from './samplebits';
import { statusOf } from '../status';

const BASELINE_JPEG = ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51'];
/** Plain or coded without loss: samples that hold more than their value hold what else was in them. */
const LOSSLESS = /^1\.2\.840\.10008\.1\.2(\.1|\.2|\.1\.99|\.5|\.4\.(57|70|80|90|201|202))?$/;
const KNOWN_FUNCTIONS: string[] = Object.values(Enums.VOILUTFunctionType);

const decodedByServer = new Set<string>();
const drawnByServer = new Set<string>();

/** What was decoded cannot be the picture. */
class BeyondBits extends Error {
  constructor() {
    super('the decoder gave values that the header does not allow');
  }
}

type LoadedImage = Types.IImage & { voiLUTFunction?: string };
type Loading = { promise: Promise<LoadedImage>; cancelFn: undefined };

/** Whether the frame comes as plain values, whatever its stored form. */
export function isDecodedByServer(imageId: string): boolean {
  return decodedByServer.has(imageId) || isPlainRgbJpeg(metadataOf(imageId));
}

/** Whether the frame comes as a drawing: eight-bit RGB, whatever its header says. */
export function isDrawnByServer(imageId: string): boolean {
  return drawnByServer.has(imageId);
}

/** JPEG that loses bits; the server decodes it to RGB, whatever its header says of its colours. */
export function isLossyJpeg(ds: Dataset): boolean {
  return BASELINE_JPEG.includes(text(ds, '00083002'));
}

/** JPEG of colours that are not YCbCr: browsers' decoders turn them as if they were. */
function isPlainRgbJpeg(ds: Dataset): boolean {
  return text(ds, '00280004') === 'RGB' && isLossyJpeg(ds);
}

/** Colour that the decoders here would show wrongly without a word: deep or subsampled. Palettes are complete in the metadata. */
function mustBeDrawn(ds: Dataset): boolean {
  const photometric = text(ds, '00280004');
  if (photometric === 'PALETTE COLOR' || !isColour(ds)) return false;
  return (number(ds, '00280100') ?? 8) > 8 || (photometric.startsWith('YBR_FULL_4') && isNative(ds));
}

export function registerLoader(): void {
  imageLoader.registerImageLoader('wadors', ((imageId: string, options: object): Loading => ({ promise: load(imageId, options), cancelFn: undefined })) as never);
}

async function load(imageId: string, options: object): Promise<LoadedImage> {
  if (isDrawnByServer(imageId) || mustBeDrawn(metadataOf(imageId))) return drawn(imageId);
  try {
    if (areDecodersGone() || isMisread(metadataOf(imageId))) return await plain(imageId);
    return await asStored(imageId, options).catch((error: unknown) => decoded(imageId, options, error));
  } catch (error) {
    if (isRefusal(error) || !isColour(metadataOf(imageId))) throw error;
    return drawn(imageId);
  }
}

async function asStored(imageId: string, options: object): Promise<LoadedImage> {
  const isDecoded = isDecodedByServer(imageId);
  const loading = !isDecoded && comesByAndBy(imageId) ? arrivingImage(imageId, options) : wholeImage(imageId, isDecoded ? DECODED : AS_STORED, options);
  return verified(imageId, (await whileDecodersRun(loading)) as LoadedImage);
}

/** Once more, decoded by the server, unless that was what failed. */
function decoded(imageId: string, options: object, error: unknown): Promise<LoadedImage> {
  const isBeyond = error instanceof BeyondBits && LOSSLESS.test(text(metadataOf(imageId), '00083002'));
  if (areDecodersGone() || isBeyond) return plain(imageId, isBeyond);
  if (isRefusal(error) || isDecodedByServer(imageId)) throw error;
  decodedByServer.add(imageId);
  return asStored(imageId, options);
}

/** Without the decoders: grey as it lies or as the server decodes it, colour as it draws it. */
async function plain(imageId: string, isBeyond = false): Promise<LoadedImage> {
  const ds = metadataOf(imageId);
  if (isColour(ds)) return drawn(imageId);
  decodedByServer.add(imageId);
  return verified(imageId, (await plainImage(imageId, ds, isBeyond)) as LoadedImage);
}

function drawn(imageId: string): Promise<LoadedImage> {
  drawnByServer.add(imageId);
  return drawnImage(imageId, metadataOf(imageId)) as Promise<LoadedImage>;
}

/** The server said no, or does not answer: asking for another form would not help. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status !== 406;
}

/** A decoder that fails silently gives a picture of nothing; that must not be shown as a black image. */
function verified(imageId: string, image: LoadedImage): LoadedImage {
  const ds = metadataOf(imageId);
  const expected = (number(ds, '00280010') ?? 0) * (number(ds, '00280011') ?? 0) * (number(ds, '00280002') ?? 1);
  const pixels = image.voxelManager?.getScalarData() as ArrayLike<number> | undefined;
  if (!pixels || pixels.length < expected || !Number.isFinite(image.minPixelValue) || !Number.isFinite(image.maxPixelValue)) {
    throw new Error('the decoder gave no picture');
  }
  if (!isDecodedByServer(imageId) && !isWithinBits(ds, image)) throw new BeyondBits();
  const wanted = text(ds, '00281056');
  image.voiLUTFunction = (KNOWN_FUNCTIONS.includes(wanted) ? wanted : 'LINEAR') as never;
  return withModalityTable(image.minPixelValue === image.maxPixelValue ? flat(image, ds) : image, ds);
}

/** A picture of one value that names no window is shown black, as the server draws it. */
function flat(image: LoadedImage, ds: Dataset): LoadedImage {
  return number(ds, '00281050') === undefined && !isColour(ds) ? { ...image, windowCenter: image.minPixelValue + 1, windowWidth: 2 } : image;
}
