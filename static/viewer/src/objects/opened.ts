// Which objects are open, and painting them: one list for presentation states, key images, measurements, segments, structures and dose.
import { Enums } from '@cornerstonejs/core';
import { allSets, type DisplaySet, say } from '../boot';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { getAnswer } from '../datasource/requests';
import { announce, explain, showProblem } from '../status';
import { objectsAddress } from './addresses';
import { cutFrame } from './cut';
import { showDocument } from './documents';
import { doseLayers, doseMisfit, drawDose } from './dose';
import { planeOf } from './geometry';
import { paintWith, repaintAll, type Sheet, watchLayer } from './layers';
import { drawReport } from './measurements';
import { goToPicture } from './pictures';
import { applyState, drawState, speaksOf } from './presentation';
import { drawSegments, segmentLayers, segmentsMisfit } from './segments';
import { drawStructures, structureLayers, structuresMisfit } from './structures';
import type { Answer, Dose, KeySelection, Layer, Named, Presentation, Report, Segmentation, Something, StructureSet } from './types';

export interface Opened {
  set: DisplaySet; answer: Answer; opacity: number;
  /** Only the edges of what lies over the pictures. */
  outline: boolean;
  /** By object: what can be switched on and off. */
  layers: Map<string, Layer[]>;
  /** Which of its pictures was gone to last. */
  step: number;
}

const opened: Opened[] = [];
const listeners: (() => void)[] = [];

export const isOfObjects = (set: DisplaySet) => ['keys', 'presentation', 'report', 'segmentation', 'structures', 'dose', 'waveform'].includes(set.kind);
const isA = <T extends Something>(kind: string) => (object: Something): object is T => object.kind === kind && !object.problem;
export const isKeys = isA<KeySelection>('keys');
export const isState = isA<Presentation>('presentation');
export const isReport = isA<Report>('report');
export const isSegmentation = isA<Segmentation>('segmentation');
export const isStructures = isA<StructureSet>('structures');
export const isDose = isA<Dose>('dose');

export function openObjects(): readonly Opened[] {
  return opened;
}

/** Hear of every change of what is open. */
export function onOpened(listener: () => void): void {
  listeners.push(listener);
}

export function changed(): void {
  for (const listener of listeners) listener();
  repaintAll();
}

/** Open a series of objects from the rail; one that is open already is gone to. */
export async function open(set: DisplaySet): Promise<void> {
  const known = opened.find((one) => one.set.key === set.key);
  if (known) return void (await start(known));
  let answer: Answer;
  try {
    answer = withPlanes(await getAnswer<Answer>(objectsAddress(set)));
  } catch (error) {
    const { text, hint, code } = explain(error);
    return showProblem(text, hint, code);
  }
  if (isToRead(answer)) return showDocument(set, answer.objects);
  const one = { set, answer, opacity: 0.5, outline: false, step: 0, layers: new Map(answer.objects.map((object) => [object.uid, layersOf(object)])) };
  opened.push(one);
  changed();
  announce(say('opened', { name: set.description || set.modality }));
  await start(one);
}

/** Every segment of a map of labels has its planes. */
function withPlanes(answer: Answer): Answer {
  for (const object of answer.objects) if (isSegmentation(object) && object.labelBytes) for (const segment of object.segments) segment.planes = object.planes;
  return answer;
}

/** Reports without measurements that have places, and curves. */
function isToRead({ objects }: Answer): boolean {
  return objects.every((object) => object.kind === 'waveform' || (object.kind === 'report' && (object.problem !== '' || !(object as Report).groups.length)));
}

function layersOf(object: Something): Layer[] {
  if (isSegmentation(object)) return segmentLayers(object);
  if (isStructures(object)) return structureLayers(object);
  return isDose(object) ? doseLayers() : [];
}

export function close(one: Opened): void {
  const wasState = one.answer.objects.some(isState) || one.answer.objects.some(isKeys);
  opened.splice(opened.indexOf(one), 1);
  if (wasState) for (const pane of grid.panes) if (pane.count()) pane.reset();
  changed();
}

/** The pictures that an open object leads to, in their order. */
export function stepsOf({ answer }: Opened): Named[] {
  const named = answer.objects.flatMap((object): Named[] => {
    if (isKeys(object)) return object.keys;
    if (isState(object)) return object.pictures;
    if (isReport(object)) return object.groups.flatMap((group) => group.shapes.slice(0, 1).flatMap(({ instance, frame }) => (instance ? [{ instance, frame: frame ?? null }] : [])));
    return [];
  });
  return named.filter(({ instance }) => !answer.elsewhere.includes(instance));
}

async function start(one: Opened): Promise<void> {
  // Going to a picture would close the planes that the reader looks at.
  if (stepsOf(one).length && cutFrame() === undefined) await goTo(one, 0);
}

export async function goTo(one: Opened, index: number): Promise<void> {
  const steps = stepsOf(one);
  if (!steps.length) return;
  one.step = (index + steps.length) % steps.length;
  const pane = grid.active;
  if (!(await goToPicture(steps[one.step], pane))) return announce(say('pictureElsewhere'));
  applyTo(pane);
  changed();
}

/** One on or back among the key images, or whatever was opened last. */
export function stepKey(step: number): void {
  const one = [...opened].reverse().find((other) => other.answer.objects.some(isKeys)) ?? [...opened].reverse().find((other) => stepsOf(other).length > 0);
  if (one) void goTo(one, one.step + step);
  else announce(say('noKeysOpen'));
}

/** The state by which a picture is shown: that of the key image that was gone to, or an open one that speaks of it. */
function stateFor(imageId: string): Presentation | undefined {
  for (const one of [...opened].reverse()) {
    const step = stepsOf(one)[one.step] as (Named & { state?: string }) | undefined;
    const states = [...one.answer.objects.filter(isState), ...one.answer.states];
    const chosen = states.find((state) => state.uid === step?.state && speaksOf(state, imageId));
    const found = chosen ?? states.find((state) => speaksOf(state, imageId));
    if (found) return found;
  }
  return undefined;
}

const applied = new WeakMap<Pane, string>();

/** Show the picture of a pane as an open state has it; a picture that none speaks of comes back as it was. */
function applyTo(pane: Pane): void {
  const imageId = pane.count() ? pane.viewport.getCurrentImageId() : '';
  const state = imageId ? stateFor(imageId) : undefined;
  if (state) applyState(pane, state, imageId);
  else if (applied.get(pane)) pane.reset();
  applied.set(pane, state?.uid ?? '');
}

/** Why an object cannot be laid over what the pane shows; nothing when it can. */
export function misfitOf(object: Something, pane: Pane): string {
  const plane = pane.count() ? planeOf(pane.shownId()) : undefined;
  if (!plane) return '';
  if (isSegmentation(object)) return segmentsMisfit(object, plane);
  if (isStructures(object)) return structuresMisfit(object, plane);
  return isDose(object) ? doseMisfit(object, plane) : '';
}

function paint(sheet: Sheet): void {
  for (const one of opened) for (const object of one.answer.objects) if (!object.problem && !misfitOf(object, sheet.pane)) paintObject(sheet, one, object);
  const state = stateFor(sheet.imageId);
  if (state) drawState(sheet, state);
}

function paintObject(sheet: Sheet, { set, layers, opacity, outline }: Opened, object: Something): void {
  const shown = layers.get(object.uid) ?? [];
  if (isReport(object)) drawReport(sheet, object);
  if (isSegmentation(object)) drawSegments(sheet, set.study, object, shown, opacity, outline, changed);
  if (isStructures(object)) drawStructures(sheet, object, shown, opacity, outline);
  if (isDose(object)) drawDose(sheet, set.study, object, shown, opacity, outline, changed);
}

const watched = new WeakSet<Pane>();

function watchObjects(pane: Pane): void {
  watchLayer(pane);
  if (watched.has(pane)) return;
  watched.add(pane);
  pane.surface.addEventListener(Enums.Events.STACK_NEW_IMAGE, () => opened.length && applyTo(pane));
}

export function startObjects(): void {
  paintWith(paint);
  grid.hung(watchObjects);
  grid.hung(() => opened.length && changed());
  grid.changed(activated);
}

let active: Pane | undefined;

/** What fits is said of the active viewport; this is told at every turn of the wheel, so only another one counts. */
function activated(pane: Pane): void {
  if (pane === active) return;
  active = pane;
  if (opened.length) changed();
}

/** What stands in the rail for an open object, also after the rail was written anew. */
export function keepOpen(): void {
  const known = new Set(allSets().map((set) => set.key));
  for (const one of opened.filter(({ set }) => !known.has(set.key))) close(one);
}
