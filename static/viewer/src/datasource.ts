// DICOMweb: series metadata in, ordered image ids out. Nothing else in the viewer knows an address of WADO-RS.
import { wadors } from '@cornerstonejs/dicom-image-loader';
import { type DisplaySet, metadataAddress, readBoot } from './boot';
import { type Dataset, number, numbers, text } from './dicomjson';
import { completePalette } from './palette';
import { getJson } from './requests';

const BINARY_OF_PIXELS = ['7FE00010', '7FE00008', '7FE00009'];

export function instanceAddress(ds: Dataset): string {
  return `${readBoot().dicomweb}/studies/${text(ds, '0020000D')}/series/${text(ds, '0020000E')}/instances/${text(ds, '00080018')}`;
}

/** The id under which the image loader knows a frame; the same in every session, so that marks find their picture again. */
export function imageIdOf(ds: Dataset, frame: number): string {
  return `wadors:${instanceAddress(ds)}/frames/${frame}`;
}

const stacks = new Map<string, Promise<string[]>>();

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

async function loadStack(set: DisplaySet): Promise<string[]> {
  const all = await getJson<Dataset[]>(metadataAddress(set));
  const shown = all.filter((ds) => hasPixels(ds) && !set.apart.includes(text(ds, '00080018')));
  await Promise.all(shown.map((ds) => completePalette(ds, instanceAddress(ds)).catch(() => undefined)));
  return inReadingOrder(shown).flatMap(register);
}

function hasPixels(ds: Dataset): boolean {
  return (number(ds, '00280010') ?? 0) > 0 && (number(ds, '00280011') ?? 0) > 0;
}

function register(ds: Dataset): string[] {
  for (const tag of BINARY_OF_PIXELS) delete ds[tag];
  const frames = number(ds, '00280008') ?? 1;
  const ids = Array.from({ length: Math.max(1, frames) }, (_, index) => imageIdOf(ds, index + 1));
  wadors.metaDataManager.add(ids[0], ds as never);
  return ids;
}

/** By place along the slice normal where that is certain, else by image number. */
export function inReadingOrder(all: Dataset[]): Dataset[] {
  const byNumber = [...all].sort((a, b) => (number(a, '00200013') ?? 0) - (number(b, '00200013') ?? 0));
  const places = byNumber.map(placeAlongNormal);
  if (!isOneStack(byNumber, places)) return byNumber;
  const rising = (places[places.length - 1] as number) >= (places[0] as number);
  return byNumber
    .map((ds, index) => ({ ds, place: places[index] as number }))
    .sort((a, b) => (rising ? a.place - b.place : b.place - a.place))
    .map((entry) => entry.ds);
}

function placeAlongNormal(ds: Dataset): number | undefined {
  const [a, b, c, d, e, f] = numbers(ds, '00200037');
  const [x, y, z] = numbers(ds, '00200032');
  if (f === undefined || z === undefined) return undefined;
  return x * (b * f - c * e) + y * (c * d - a * f) + z * (a * e - b * d);
}

function isOneStack(all: Dataset[], places: (number | undefined)[]): boolean {
  if (places.length < 2 || places.some((place) => place === undefined)) return false;
  if (new Set(places.map((place) => (place as number).toFixed(3))).size !== places.length) return false;
  const first = numbers(all[0], '00200037');
  return all.every((ds) => numbers(ds, '00200037').every((cosine, index) => Math.abs(cosine - first[index]) < 0.01));
}

/** Metadata of a shown image, with the functional groups of its frame folded in. */
export function metadataOf(imageId: string): Dataset {
  return (wadors.metaDataManager.get(imageId) ?? {}) as unknown as Dataset;
}

export function placeOf(imageId: string): { study: string; series: string; instance: string; frame: number } {
  const match = /studies\/([\d.]+)\/series\/([\d.]+)\/instances\/([\d.]+)\/frames\/(\d+)/.exec(imageId);
  return { study: match?.[1] ?? '', series: match?.[2] ?? '', instance: match?.[3] ?? '', frame: Number(match?.[4] ?? 1) };
}
