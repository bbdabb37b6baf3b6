// Measurements on cut planes: kept on the server as they are made, put back when the same series is cut again, taken back step by step.
import { eventTarget } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { ofStudy, readBoot, say } from '../boot';
import { metadataOf, placeOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { engine } from '../engine';
import { History } from '../measuring/history';
import { storedMarks } from '../measuring/stored';
import { UnderWay } from '../measuring/underway';
import { type Change, flush, hold, send } from '../outbox';
import { onMark, tellMark } from '../screens/marks';
import { announce } from '../status';
import { whenShown } from '../../../js/shown';
import { indexAt, type Vector } from './geometry';
import type { Layer } from './layer';
import { planeLines, planeValues, type PlaneValues, type Reading, readings } from './planevalues';
import { isPlaneMark } from './roomtools';

export interface StoredPlaneMark {
  uid: string; tool: string; series: string; instance: string; frame: number; frame_of_reference: string; places: Vector[]; values: PlaneValues;
  readings: Reading[]; view: { normal?: number[]; up?: number[]; slab?: string; thickness?: number }; mine: boolean; author: string;
}
type Mark = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']>; data: { handles: { points: ArrayLike<number>[] } } };
type Body = Omit<StoredPlaneMark, 'uid' | 'mine' | 'author'>;
/** A mark as the list shows it. */
export interface Listed { uid: string; lines: string[]; author: string; place: Vector; normal: Vector | undefined; up: Vector | undefined }

const underWay = new UnderWay(changeOf, hold, saveNow);
const authors = new Map<string, string>();
/** Put back and not touched since: there is nothing to save. */
const untouched = new Set<string>();
const listeners: (() => void)[] = [];
let history = new History<Body>();
let layers: Layer[] = [];
let slabNow: () => { slab: string; thickness: number } = () => ({ slab: '', thickness: 0 });
let isOurs = false;
let turn = 0;

export function onPlaneMarks(listener: () => void): void {
  listeners.push(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}

/** The room is open with these volumes: put back what was measured on them. */
export async function startPlaneMarks(shown: Layer[], slab: typeof slabNow): Promise<void> {
  const now = ++turn;
  [layers, slabNow, history] = [shown, slab, new History<Body>()];
  changed();
  await flush();
  const marks = await storedMarks<StoredPlaneMark>(marksUrl(shown[0].volume.set.study), () => now === turn);
  if (now !== turn) return;
  ours(() => marks.filter(isOfShown).forEach(putBack));
  engine().render();
  changed();
}

/** The room is left: what is under way is sent, and the engine forgets the marks. */
export function stopPlaneMarks(): void {
  savePlaneMarksNow();
  turn += 1;
  ours(() => allMarks().forEach((mark) => annotation.state.removeAnnotation(mark.annotationUID!)));
  untouched.clear();
  layers = [];
  changed();
}

/** What is done meanwhile is not done by the reader. */
function ours(work: () => void): void {
  isOurs = true;
  work();
  isOurs = false;
}

function isOfShown(mark: StoredPlaneMark): boolean {
  const frame = frameNow();
  return layers.some(({ volume }) => volume.set.series === mark.series) && (!frame || !mark.frame_of_reference || frame === mark.frame_of_reference);
}

const frameNow = () => text(metadataOf(layers[0].volume.geometry.ids[0]), '00200052');
const marksUrl = (study: string) => ofStudy(readBoot().planesUrl, study);
const markUrl = (uid: string) => `${marksUrl(layers[0].volume.set.study)}${uid}/`;

function putBack(mark: StoredPlaneMark): void {
  if (!isPlaneMark(mark.tool) || annotation.state.getAnnotation(mark.uid)) return;
  untouched.add(mark.uid);
  authors.set(mark.uid, mark.mine ? '' : mark.author);
  annotation.state.addAnnotation({
    annotationUID: mark.uid, highlighted: false, invalidated: true, isLocked: !mark.mine, isVisible: true,
    metadata: {
      toolName: mark.tool, FrameOfReferenceUID: layers[0].volume.geometry.frameOfReference,
      // Without a normal the engine finds the plane by the places.
      ...(mark.view.normal ? { viewPlaneNormal: mark.view.normal as never } : {}), ...(mark.view.up ? { viewUp: mark.view.up as never } : {}),
    },
    data: { label: '', cachedStats: {}, handles: { points: mark.places, activeHandleIndex: null, textBox: unplacedText() } },
  } as never, null as never);
  if (mark.mine) history.begin(mark.uid, bodyOf(mark));
  else annotation.locking.setAnnotationLocked(mark.uid, true);
}

/** Where its words stand is found anew. */
function unplacedText(): object {
  const corner = () => [0, 0, 0];
  return { hasMoved: false, worldPosition: corner(), worldBoundingBox: { topLeft: corner(), topRight: corner(), bottomLeft: corner(), bottomRight: corner() } };
}

function bodyOf({ tool, series, instance, frame, frame_of_reference, places, values, readings: read, view }: StoredPlaneMark): Body {
  return { tool, series, instance, frame, frame_of_reference, places, values, readings: read, view };
}

export function watchPlaneMarks(): void {
  const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
  const on = (name: string, work: (mark: Mark, change?: string) => void) => eventTarget.addEventListener(name, ((event: CustomEvent<{ annotation: Mark; changeType?: string }>) => {
    const { annotation: mark, changeType } = event.detail;
    if (!isOurs && layers.length && isPlaneMark(mark?.metadata?.toolName ?? '')) work(mark, changeType);
  }) as EventListener);
  on(ANNOTATION_COMPLETED, saveSoon);
  on(ANNOTATION_MODIFIED, modified);
  on(ANNOTATION_REMOVED, forget);
  window.addEventListener('pagehide', savePlaneMarksNow);
  whenShown(() => onMark('plane', takeFromOther));
}

/** Measuring anew what was put back is no change of it. */
function modified(mark: Mark, changeType?: string): void {
  const uid = mark.annotationUID ?? '';
  if (changeType === Enums.ChangeTypes.StatsUpdated && untouched.has(uid)) return;
  untouched.delete(uid);
  saveSoon(mark);
}

function saveSoon(mark: Mark): void {
  const uid = mark.annotationUID;
  if (!uid || annotation.locking.isAnnotationLocked(uid)) return;
  underWay.moved(uid);
}

function changeOf(uid: string): Change | undefined {
  const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
  const body = mark && readBoot().mayMark ? asStored(mark) : undefined;
  return body && { url: markUrl(uid), method: 'PUT', body };
}

export function savePlaneMarksNow(): void {
  underWay.saveAll();
}

function saveNow(uid: string): void {
  underWay.end(uid);
  const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
  const body = mark && layers.length ? asStored(mark) : undefined;
  if (!body) return;
  history.note(uid, body);
  put(uid, body);
  changed();
}

function forget(mark: Mark): void {
  const uid = mark.annotationUID;
  if (!uid) return;
  underWay.end(uid);
  history.note(uid, undefined);
  put(uid, undefined);
  changed();
}

function put(uid: string, body: Body | undefined): void {
  if (!readBoot().mayMark) return;
  send(body ? { url: markUrl(uid), method: 'PUT', body } : { url: markUrl(uid), method: 'DELETE' });
  tellMark('plane', uid, layers[0].volume.set.study, body);
}

/** Another window of the same study made, changed or removed a measurement on its planes. */
function takeFromOther(uid: string, body: Body | undefined): void {
  if (!layers.length || underWay.has(uid)) return;
  replace(uid, body);
  engine().render();
  changed();
}

function replace(uid: string, body: Body | undefined): void {
  ours(() => {
    if (annotation.state.getAnnotation(uid)) annotation.state.removeAnnotation(uid);
    const stored = body && { ...body, uid, mine: true, author: '' };
    if (stored && isOfShown(stored)) putBack(stored);
  });
}

/** Take back what was done last on these planes; gives whether there was anything. */
export function undoPlaneMarks(): boolean {
  savePlaneMarksNow();
  const steps = history.takeBack();
  for (const { uid, before } of steps) {
    replace(uid, before);
    put(uid, before);
  }
  engine().render();
  changed();
  return steps.length > 0;
}

function asStored(mark: Mark): Body | undefined {
  const { toolName: tool, viewPlaneNormal, viewUp } = mark.metadata;
  const places = placesOf(mark);
  const values = planeValues(tool, places);
  if (!Object.keys(values).length) return undefined;
  const { series, instance, frame } = nearestPicture(places[0]);
  const view = { ...(viewPlaneNormal ? { normal: plain(viewPlaneNormal) } : {}), ...(viewUp ? { up: plain(viewUp) } : {}), ...slabNow() };
  return { tool, series, instance, frame, frame_of_reference: frameNow(), places, values, readings: readings(tool, places, layers), view };
}

/** The slice of the anatomy that lies nearest to a place. */
function nearestPicture(place: Vector): { series: string; instance: string; frame: number } {
  const { geometry } = layers[0].volume;
  const slice = Math.round(indexAt(geometry, place)[2]);
  return placeOf(geometry.ids[Math.min(geometry.ids.length - 1, Math.max(0, slice))]);
}

const fine = (value: number) => Math.round(value * 1e4) / 1e4;

/** Three numbers, to a ten-thousandth. */
function plain(vector: ArrayLike<number>): number[] {
  return Array.from(vector, fine);
}

function placesOf(mark: Mark): Vector[] {
  return mark.data.handles.points.map((point) => plain(point) as Vector);
}

function allMarks(): Mark[] {
  return annotation.state.getAllAnnotations().filter((mark) => isPlaneMark(mark.metadata?.toolName ?? '')) as Mark[];
}

/** Every mark on the planes, in the order in which they were made. */
export function listedMarks(): Listed[] {
  return allMarks().map((mark) => {
    const { toolName: tool, viewPlaneNormal: normal, viewUp: up } = mark.metadata;
    const places = placesOf(mark);
    const middle = (tool === 'PlaneLength' ? [0, 1, 2].map((axis) => (places[0][axis] + places[1][axis]) / 2) : places[tool === 'PlaneAngle' ? 1 : 0]) as Vector;
    return { uid: mark.annotationUID!, lines: planeLines(tool, places, layers), author: authors.get(mark.annotationUID!) ?? '', place: middle, normal: normal as Vector | undefined, up: up as Vector | undefined };
  });
}

/** Remove one's own measurements from the cut planes. */
export function clearPlaneMarks(): void {
  const mine = allMarks().filter((mark) => !annotation.locking.isAnnotationLocked(mark.annotationUID!));
  for (const mark of mine) annotation.state.removeAnnotation(mark.annotationUID!);
  engine().render();
  announce(say('planesCleared', { n: mine.length }));
}
