// What the engine is told of a picture beyond its header. Where nothing says how large a pixel is, the unit is "px", never "mm".
import { Enums, metaData } from '@cornerstonejs/core';
import { type Dataset, number, numbers, text } from '../datasource/dicomjson';
import { metadataOf } from '../datasource/datasource';
import { isDecodedByServer, isDrawnByServer, isLossyJpeg } from '../datasource/loader';
import { type Scale, spacingOf } from './spacing';

const { MetadataModules, CalibrationTypes } = Enums;
const OWN_PRIORITY = 100_000;

export { type Scale, spacingOf };

function plane(imageId: string): Record<string, unknown> | undefined {
  const ds = metadataOf(imageId);
  if (!ds['00280010']) return undefined;
  const spacing = spacingOf(ds);
  const cosines = numbers(ds, '00200037');
  const orientation = cosines.length === 6 ? cosines : [1, 0, 0, 0, 1, 0];
  const position = numbers(ds, '00200032');
  return {
    frameOfReferenceUID: text(ds, '00200052') || text(ds, '0020000E'),
    rows: number(ds, '00280010'),
    columns: number(ds, '00280011'),
    imageOrientationPatient: orientation,
    rowCosines: orientation.slice(0, 3),
    columnCosines: orientation.slice(3, 6),
    imagePositionPatient: position.length === 3 ? position : [0, 0, 0],
    sliceThickness: number(ds, '00180050'),
    sliceLocation: number(ds, '00201041'),
    pixelSpacing: [spacing.row, spacing.column],
    rowPixelSpacing: spacing.row,
    columnPixelSpacing: spacing.column,
    usingDefaultValues: spacing.scale === 'none' || spacing.scale === 'region',
  };
}

function calibration(imageId: string): Record<string, unknown> | undefined {
  const { scale } = spacingOf(metadataOf(imageId));
  if (scale === 'none') return { type: CalibrationTypes.UNCALIBRATED };
  return scale === 'detector' ? { type: CalibrationTypes.PROJECTION } : undefined;
}

/** Colour that the server drew is RGB by pixel, whatever the header says of the stored form; so is what it decoded, unless that would lose bits. */
function decodedPixels(imageId: string): Record<string, unknown> | undefined {
  const ds = metadataOf(imageId);
  const drawn = isDrawnByServer(imageId);
  if (!drawn && (!isDecodedByServer(imageId) || number(ds, '00280002') !== 3)) return undefined;
  const stays = !drawn && text(ds, '00280004') === 'YBR_FULL' && !isLossyJpeg(ds);
  const bits = drawn ? { bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelRepresentation: 0 } : storedBits(ds);
  return {
    samplesPerPixel: 3,
    photometricInterpretation: stays ? 'YBR_FULL' : 'RGB',
    planarConfiguration: drawn ? 0 : number(ds, '00280006') ?? 0,
    rows: number(ds, '00280010'),
    columns: number(ds, '00280011'),
    ...bits,
  };
}

function storedBits(ds: Dataset): Record<string, number | undefined> {
  return {
    bitsAllocated: number(ds, '00280100'),
    bitsStored: number(ds, '00280101'),
    highBit: number(ds, '00280102'),
    pixelRepresentation: number(ds, '00280103'),
  };
}

const calibrations = new Map<string, Record<string, unknown> | undefined>();

function calibrationOnce(imageId: string): Record<string, unknown> | undefined {
  if (!calibrations.has(imageId)) calibrations.set(imageId, calibration(imageId));
  return calibrations.get(imageId);
}

/** Answer before the loader's own provider, which calls every missing spacing 1 mm. */
export function provideCalibration(): void {
  metaData.addProvider((type: string, ...query: unknown[]) => {
    const imageId = query[0];
    if (typeof imageId !== 'string' || !imageId.startsWith('wadors:')) return undefined;
    if (type === MetadataModules.IMAGE_PLANE) return plane(imageId);
    if (type === MetadataModules.IMAGE_PIXEL) return decodedPixels(imageId);
    return type === 'calibratedPixelSpacing' ? calibrationOnce(imageId) : undefined;
  }, OWN_PRIORITY);
}
