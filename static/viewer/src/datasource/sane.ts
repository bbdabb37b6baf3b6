// What a header says of place, size, values and window, as far as it can be true. What cannot be is taken out where metadata come in: the
// rest of the viewer then reads it as not said, and the reader is told what is missing.
import { type Dataset, type Element, items, text } from './dicomjson';

export type Doubt = 'place' | 'scale' | 'window';

const [POSITION, ORIENTATION, SLOPE, INTERCEPT] = ['00200032', '00200037', '00281053', '00281052'];
/** Rescale Type and the Units of PET: of no meaning for values as stored. */
const UNITS = ['00281054', '00541001'];
const [CENTRE, WIDTH, NAME] = ['00281050', '00281051', '00281055'];
const SPACINGS = ['00280030', '00181164', '00182010'];
const FUNCTIONAL_GROUPS = ['52009229', '52009230'];
/** In millimetres: from a tenth of what the finest microscope has to what no detector has. */
const [LEAST_PIXEL, MOST_PIXEL] = [1e-5, 1e3];
const [MOST_OFF_LENGTH, MOST_OFF_ANGLE] = [0.1, 0.05];

const doubts = new Map<string, Set<Doubt>>();

/** What could not be used of the header of a picture. */
export function doubtsOf(ds: Dataset): Doubt[] {
  return [...(doubts.get(text(ds, '00080018')) ?? [])];
}

/** The same data set without what cannot be true, also for its frames. */
export function sane(ds: Dataset): Dataset {
  const found = new Set<Doubt>();
  for (const part of [ds, ...framesOf(ds)]) cleanse(part, found);
  if (found.size) doubts.set(text(ds, '00080018'), found);
  return ds;
}

function framesOf(ds: Dataset): Dataset[] {
  const groups = FUNCTIONAL_GROUPS.flatMap((tag) => items(ds, tag));
  return groups.flatMap((group) => Object.keys(group).flatMap((tag) => items(group, tag)));
}

function cleanse(ds: Dataset, found: Set<Doubt>): void {
  if (isSaid(ds, POSITION) && finite(ds[POSITION]).length !== 3) doubt(ds, [POSITION], found, 'place');
  if (isSaid(ds, ORIENTATION) && !areDirections(finite(ds[ORIENTATION]))) doubt(ds, [ORIENTATION], found, 'place');
  for (const tag of SPACINGS) if (isSaid(ds, tag) && !areSizes(finite(ds[tag]))) delete ds[tag];
  if (!isScale(ds)) doubt(ds, [SLOPE, INTERCEPT, ...UNITS], found, 'scale');
  cleanseWindows(ds, found);
}

function doubt(ds: Dataset, tags: string[], found: Set<Doubt>, what: Doubt): void {
  if (tags.some((tag) => isSaid(ds, tag)) || what === 'scale') found.add(what);
  for (const tag of tags) delete ds[tag];
}

function isSaid(ds: Dataset, tag: string): boolean {
  return ds[tag]?.Value !== undefined;
}

/** The numbers of an element; none when one of them is no number. */
function finite(element: Element | undefined): number[] {
  const found = (element?.Value ?? []).map(numberOf);
  return found.every(Number.isFinite) ? found : [];
}

function numberOf(value: unknown): number {
  return value === null || value === '' ? NaN : Number(value);
}

/** Two directions of length one at right angles to each other (PS3.3 C.7.6.2.1.1). */
function areDirections(cosines: number[]): boolean {
  if (cosines.length !== 6) return false;
  const [row, column] = [cosines.slice(0, 3), cosines.slice(3)];
  const isUnit = (side: number[]) => Math.abs(Math.hypot(...side) - 1) <= MOST_OFF_LENGTH;
  return isUnit(row) && isUnit(column) && Math.abs(row.reduce((sum, part, axis) => sum + part * column[axis], 0)) <= MOST_OFF_ANGLE;
}

function areSizes(pair: number[]): boolean {
  return pair.length === 2 && pair.every((mm) => mm >= LEAST_PIXEL && mm <= MOST_PIXEL);
}

/** Whether slope and intercept say something together; either may be missing, none may be no number. */
function isScale(ds: Dataset): boolean {
  const [slope, intercept] = [SLOPE, INTERCEPT].map((tag) => (tag in ds ? finite(ds[tag])[0] : undefined));
  return !(SLOPE in ds && !slope) && !(INTERCEPT in ds && intercept === undefined);
}

/** Only windows with a centre and a width remain, each with its name. A width below one is meant as it is written (PS3.3 C.11.2.1.3.2). */
function cleanseWindows(ds: Dataset, found: Set<Doubt>): void {
  if (!isSaid(ds, CENTRE) && !isSaid(ds, WIDTH)) return;
  const widths = ds[WIDTH]?.Value ?? [];
  const pairs = (ds[CENTRE]?.Value ?? []).map((centre, at) => ({ at, centre: numberOf(centre), width: numberOf(widths[at] ?? null) }));
  const usable = pairs.filter(({ centre, width }) => Number.isFinite(centre) && Number.isFinite(width) && width > 0);
  if (!usable.length) return doubt(ds, [CENTRE, WIDTH], found, 'window');
  ds[CENTRE] = { vr: 'DS', Value: usable.map(({ centre, width }) => (width < 1 ? centre + 0.5 : centre)) };
  ds[WIDTH] = { vr: 'DS', Value: usable.map(({ width }) => (width < 1 ? width + 1 : Math.max(width, THRESHOLD))) };
  if (isSaid(ds, NAME)) ds[NAME] = { vr: 'LO', Value: usable.map(({ at }) => ds[NAME].Value![at]) };
}

/** As a width, one grey value is a step; the engine wants a little room for it. */
const THRESHOLD = 1.001;
