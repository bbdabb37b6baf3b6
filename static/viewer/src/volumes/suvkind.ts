// The kind of uptake value that the reader reads in, on pictures and in the volume room alike, and the factor of a series in it.
import { metadataOf, picturesWith } from '../datasource/datasource';
import { isColour, text } from '../datasource/dicomjson';
import { type Suv, SUV_UNITS, type SuvKind, suvOf } from './suv';

const KINDS = Object.keys(SUV_UNITS) as SuvKind[];
const before: (() => void)[] = [];
const after: (() => void)[] = [];
let chosen: SuvKind = 'bw';

export const suvKind = () => chosen;

/** `changed` when another kind is chosen; `changing` while the one before still is. */
export function onSuvKind(changed: () => void, changing?: () => void): void {
  after.push(changed);
  if (changing) before.push(changing);
}

export function chooseSuvKind(kind: SuvKind): void {
  for (const changing of before) changing();
  chosen = kind;
  for (const changed of after) changed();
}

export function nextSuvKind(): SuvKind {
  chooseSuvKind(KINDS[(KINDS.indexOf(chosen) + 1) % KINDS.length]);
  return chosen;
}

const known = new WeakMap<string[], Map<SuvKind, Suv>>();

/** By how much the values of these pictures of one series are multiplied, or why that is not known; reckoned once for each list. */
export function suvOfSeries(ids: string[], kind = chosen): Suv {
  const found = known.get(ids) ?? new Map<SuvKind, Suv>();
  known.set(ids, found);
  if (!found.has(kind)) found.set(kind, suvOf(ids.map(metadataOf), kind));
  return found.get(kind)!;
}

/** The same for a picture of a stack; undefined for what is not PET. */
export function suvAt(imageId: string): Suv | undefined {
  const ds = metadataOf(imageId);
  return text(ds, '00080060') === 'PT' && !isColour(ds) ? suvOfSeries(picturesWith(imageId)) : undefined;
}
