// The values of a picture after its modality LUT, with their unit, for whoever measures.
import { cache, type Types } from '@cornerstonejs/core';
import { metadataOf } from './datasource';
import { type Dataset, items, number, text } from './dicomjson';
import { paddingOf } from './padding';
import type { Samples } from './statistics';

type Scaling = { scaled?: boolean; scalingParameters?: { suvbw?: number } };

/** The values of a picture that is in memory with all that it has; undefined for any other. */
export function samplesOf(imageId: string): Samples | undefined {
  const image = cache.getImage(imageId) as Types.IImage | undefined;
  const values = image?.voxelManager?.getScalarData() as ArrayLike<number> | undefined;
  if (!image || !values) return undefined;
  const ds = metadataOf(imageId);
  const colours = Math.max(1, Math.round(values.length / (image.columns * image.rows)));
  const { scaled, scalingParameters } = (image.preScale ?? {}) as Scaling;
  const [slope, intercept] = scaled || colours > 1 ? [1, 0] : [image.slope ?? 1, image.intercept ?? 0];
  return {
    columns: image.columns, rows: image.rows, colours,
    unit: colours > 1 ? '' : scalingParameters?.suvbw !== undefined ? 'SUV bw' : unitOf(ds),
    at: (column, row, colour = 0) => values[(row * image.columns + column) * colours + colour] * slope + intercept,
    isPadding: colours > 1 ? undefined : paddingOf(ds),
  };
}

const PET_UNITS: Record<string, string> = { BQML: 'Bq/mL', CNTS: '', GML: 'g/mL', PROPCNTS: '', NONE: '' };
const RESCALED: Record<string, string> = { HU: 'HU', HU_MOD: 'HU', OD: 'OD', MGML: 'mg/mL', PCT: '%', ED: '10²³/mL' };

/** The unit that the picture names. Hounsfield units of CT go without saying, but not those of scouts or several energies (PS3.3 C.8.2.1.1.2). */
export function unitOf(ds: Dataset): string {
  const lut = items(ds, '00283000')[0];
  const named = text(lut ?? ds, lut ? '00283004' : '00281054');
  if (named && named !== 'US') return RESCALED[named] ?? '';
  if (text(ds, '00080060') === 'PT') return PET_UNITS[text(ds, '00541001')] ?? '';
  const isPlain = text(ds, '00080008', 2) !== 'LOCALIZER' && text(ds, '00080008') !== 'DERIVED' && text(ds, '00189361') !== 'YES';
  return text(ds, '00080060') === 'CT' && number(ds, '00281053') !== undefined && !named && isPlain ? 'HU' : '';
}
