// What the server wrote into the page: the study, what may be hung, and the words in the reader's language.
import type { KnownName } from './datasource/names';
import type { Plan } from './viewports/arrangement';

export type SetKind = 'image' | 'video' | 'document' | 'other' | 'keys' | 'presentation' | 'report' | 'segmentation' | 'structures' | 'dose' | 'waveform';

export interface DisplaySet {
  key: string;
  study: string;
  series: string;
  /** Set when one multi-frame object is a display set of its own. */
  instance: string | null;
  number: string;
  description: string;
  modality: string;
  frames: number;
  kind: SetKind;
  thumbnail: string;
  /** For documents and videos: where to read or see it. */
  open: string | null;
  /** Multi-frame objects of the same series that are shown on their own. */
  apart: string[];
  /** Who wrote it and when, of objects that were saved here. */
  by: string;
}

export interface StudyEntry {
  uid: string;
  /** "Today", "This exam", "Prior" or "Later". */
  title: string;
  /** Modality and date. */
  heading: string;
  /** How far from the study that is read, short for the list. */
  age: string;
  /** What is said over its pictures: that it is a prior or a later study, and by how long. Nothing where it is read. */
  mark: string;
  /** Why it stands where it stands in the list. */
  reason: string;
  /** The numbers under which pictures of this study may name their patient. */
  patientIds: string[];
  /** Nothing where the study is matched to nobody whose name is known. */
  name: KnownName | null;
  /** The name in its first picture, where that could only be guessed; else empty. */
  nameGuessed: string;
  sets: DisplaySet[];
}

/** How a viewport looks. `window` is the name of a preset, `own` for centre and width, or empty for the picture's own. */
export interface Look {
  window: string; centre: number; width: number; zoom: number; rotation: number; flip: boolean; flip_vertical: boolean; invert: boolean;
  colours: string; cine: boolean;
  /** Between the pixels; said by nobody it is so. */
  smooth?: boolean;
  /** Where the picture was moved to, for the same pictures only. */
  pan?: [number, number];
}

export type RoomKind = 'mpr' | 'solid' | 'fusion';

/** A volume room: of what hangs in which viewport, and how it is shown. What is missing or empty is as at first. */
export interface RoomLook {
  kind: RoomKind; pane: number; slab: string; thickness: number;
  /** Where its planes cross, in the patient; for another patient in parts of the volume. Without both at the picture that is shown. */
  place?: number[];
  share?: number[];
  /** Of each view, where it is looked at from and what is up: unit vectors of the patient. */
  directions?: number[][];
  /** Of each view the middle of what is seen, in the patient, and half its height, for the same pictures only. */
  framed?: number[][];
  /** The window of what is cut, where it is not that of the viewport. */
  centre?: number; width?: number; invert?: boolean;
  /** Of a fusion its colours, how much of it is seen, the kind of uptake value, and the far end of its window. */
  fusion?: string; blend?: number; suv?: string; most?: number;
  /** Of a volume rendering its preset, and hundredths cropped from each side. */
  preset?: string; crop?: number[];
  /** The view that has the whole room, from 1. */
  alone?: number;
}

/** What a hanging protocol puts into one viewport: the key of a set and the image that it begins with, or why nothing. */
export interface HungPlace { set: string; start: string; missing: string; look: Look & { start: string } }

export interface Hanging {
  id: number;
  name: string;
  layout: Plan;
  panes: HungPlace[];
  sync: boolean;
  lines: boolean;
  room: RoomLook | (Omit<RoomLook, 'kind'> & { kind: '' });
}

export interface Boot {
  dicomweb: string;
  studies: StudyEntry[];
  annotationsUrl: string;
  keyImagesUrl: string;
  /** With UUID where the name of a picture belongs. */
  captureUrl: string;
  objectsUrl: string;
  planesUrl: string;
  /** Where key images were taken: only on the light page. */
  keyImages?: { id: number; instance: string; frame: number; window: [centre: number, width: number] | null }[];
  studyUrl: string;
  /** With STUDY and INSTANCE where their UIDs belong. */
  headerUrl: string;
  layoutUrl: string;
  /** Which of the person's screens this page is for, from 1. */
  screen: number;
  /** How the person left it there; to be read with suspicion. */
  layout: unknown;
  mayMark: boolean;
  /** Hanging protocols that fit the study, best first. */
  hangings: Hanging[];
  /** Acts without a button, by their key. */
  keys: Record<string, string>;
  /** By mouse button its tool. */
  tools: Record<'left' | 'middle' | 'right' | 'wheel', string>;
  words: Record<string, string>;
}

let boot: Boot | undefined;

/** The page's data; read once. */
export function readBoot(): Boot {
  boot ??= JSON.parse(document.getElementById('viewer-boot')?.textContent ?? '{}') as Boot;
  return boot;
}

/** A phrase in the reader's language; `{name}` is replaced from `values`. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  const phrase = readBoot().words[key] ?? key;
  return phrase.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/** An address of the study that is read, for another study of the page. */
export function ofStudy(address: string, study: string): string {
  return address.replace(readBoot().studies[0].uid, study);
}

export function studyOf(set: DisplaySet): StudyEntry | undefined {
  return readBoot().studies.find((study) => study.uid === set.study);
}

export function allSets(): DisplaySet[] {
  return readBoot().studies.flatMap((study) => study.sets);
}

/** The series that the page's address names: `?series=` and its UID. */
export function addressedSet(): DisplaySet | undefined {
  const uid = new URLSearchParams(window.location.search).get('series');
  return uid ? allSets().find((set) => set.series === uid && set.kind === 'image') : undefined;
}

/** Whether a set is of an earlier study, which may be hung beside what is read. */
export function isPrior(set: DisplaySet): boolean {
  return set.key.startsWith('prior:');
}

/** Whether a set is of the study that is read: the keys of others say what they are. */
export function isRead(set: DisplaySet): boolean {
  return !set.key.includes(':');
}

/** The first full series of today's study; scouts and single pictures only when there is nothing larger. */
export function firstToRead(sets: DisplaySet[]): DisplaySet | undefined {
  const today = sets.filter((set) => set.kind === 'image' && isRead(set));
  const scout = /scout|localizer|localiser|topogram|survey|scano/i;
  return today.find((set) => set.frames > 3 && !scout.test(set.description)) ?? today[0];
}

/** What is hung where nobody said anything and no protocol fits; on a further screen the series that follow, one for each. */
export function firstAsUsual(): DisplaySet | undefined {
  const first = firstToRead(allSets());
  const hangable = allSets().filter((set) => set.kind === 'image' && (isRead(set) || isPrior(set)));
  return first && hangable[(hangable.indexOf(first) + readBoot().screen - 1) % hangable.length];
}

/** Where the metadata of a display set are. */
export function metadataAddress(set: DisplaySet, root = readBoot().dicomweb): string {
  const series = `${root}/studies/${set.study}/series/${set.series}`;
  return set.instance ? `${series}/instances/${set.instance}/metadata` : `${series}/metadata`;
}

/** The CSRF token that Django's views want with every change: the cookie's, which follows a sign-in in another tab. */
export function csrfToken(): string {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? document.querySelector<HTMLInputElement>('input[name=csrfmiddlewaretoken]')?.value ?? '';
}
