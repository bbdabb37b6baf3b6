// DICOMweb: series metadata in, ordered image ids out. Nothing else in the viewer knows an address of WADO-RS.
import { wadors } from '@cornerstonejs/dicom-image-loader';
import { type DisplaySet, metadataAddress, readBoot, say, studyOf } from '../boot';
import { showProblem } from '../status';
import { hasPixels, inReadingOrder } from './order';
import { type Dataset, number, text } from './dicomjson';
import { completeTables } from './lut';
import { completePalette } from './palette';
import { getJson } from './requests';
import { sane } from './sane';
import { withoutStrangers } from './strangers';

const BINARY_OF_PIXELS = ['7FE00010', '7FE00008', '7FE00009'];

function instanceAddress(ds: Dataset): string {
  return `${readBoot().dicomweb}/studies/${text(ds, '0020000D')}/series/${text(ds, '0020000E')}/instances/${text(ds, '00080018')}`;
}

/** The id under which the image loader knows a frame; the same in every session, so that marks find their picture again. */
function imageIdOf(ds: Dataset, frame: number): string {
  return `wadors:${instanceAddress(ds)}/frames/${frame}`;
}

const stacks = new Map<string, Promise<string[]>>();
const together = new Map<string, string[]>();

/** Image ids of a display set in reading order; metadata is fetched once. */
export function imageIdsOf(set: DisplaySet): Promise<string[]> {
  let stack = stacks.get(set.key);
  if (!stack) {
    stack = loadStack(set);
    stack.catch(() => stacks.delete(set.key));
    stacks.set(set.key, stack);
  }
  return stack;
}

/** All pictures of the display set that a picture belongs to: the same list as long as none comes in. */
export function picturesWith(imageId: string): string[] {
  return together.get(imageId) ?? [];
}

/** Pictures came to a display set, or left it: it is asked for anew when it is hung again. */
export function forget({ key }: DisplaySet): void {
  stacks.delete(key);
}

async function loadStack(set: DisplaySet): Promise<string[]> {
  const all = await getJson<Dataset[]>(metadataAddress(set));
  const shown = ofThePatient(all, set).filter((ds) => hasPixels(ds) && !set.apart.includes(text(ds, '00080018')));
  await Promise.all(shown.flatMap((ds) => [completePalette(ds, instanceAddress(ds)), completeTables(ds)].map((done) => done.catch(() => undefined))));
  const ids = inReadingOrder(shown.map(sane)).flatMap(register);
  for (const id of ids) together.set(id, ids);
  return ids;
}

/** A picture that names another patient is never hung: the reader is told, and the archive asked to look. */
function ofThePatient(all: Dataset[], set: DisplaySet): Dataset[] {
  const { own, strange } = withoutStrangers(all, studyOf(set)?.patientIds ?? []);
  if (strange.n) showProblem(say('strangersLeftOut', strange), say('strangerHint'), set.series);
  return own;
}

function register(ds: Dataset): string[] {
  for (const tag of BINARY_OF_PIXELS) delete ds[tag];
  const frames = number(ds, '00280008') ?? 1;
  const ids = Array.from({ length: Math.max(1, frames) }, (_, index) => imageIdOf(ds, index + 1));
  wadors.metaDataManager.add(ids[0], ds as never);
  return ids;
}

/** Metadata of a shown image, with the functional groups of its frame folded in. */
export function metadataOf(imageId: string): Dataset {
  return (wadors.metaDataManager.get(imageId) ?? {}) as unknown as Dataset;
}

export function placeOf(imageId: string): { study: string; series: string; instance: string; frame: number } {
  const match = /studies\/([\d.]+)\/series\/([\d.]+)\/instances\/([\d.]+)\/frames\/(\d+)/.exec(imageId);
  return { study: match?.[1] ?? '', series: match?.[2] ?? '', instance: match?.[3] ?? '', frame: Number(match?.[4] ?? 1) };
}
