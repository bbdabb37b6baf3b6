// Measurements: kept in this browser with every move of the hand, saved as they are made, put back when the study is opened again, and the
// same in every window that shows it.
import { eventTarget, metaData } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { ofStudy, readBoot, say } from '../boot';
import { placeOf } from '../datasource/datasource';
import { engine } from '../engine';
import { History } from './history';
import { type Change, flush, hold, send, waitingBelow } from '../outbox';
import { onMark, tellMark } from '../screens/marks';
import type { Pane } from '../viewports/pane';
import { storedMarks } from './stored';
import { UnderWay } from './underway';
import { type MarkData, measured, subjectOf, type Values } from './measure';
import type { Point } from './places';
import { engineValues } from './readings';
import { announce, showProblem } from '../status';
import { isMeasuring, isMeasuringTool, isWorded } from '../tools';
import { whenShown } from '../../../js/shown';

interface StoredMark {
  uid: string; tool: string; instance: string; series: string; study: string; frame: number;
  data: { handles: unknown; label?: string }; view: { normal?: number[]; up?: number[] }; mine: boolean; author: string;
  points: Point[]; values: Values;
}
type Mark = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']> } & { data: MarkData & { spline?: { type: string }; cachedStats?: Record<string, Values> } };
interface Touched { annotation: Mark; changeType?: string }

/** What the server takes of a line, and what is enough to draw it again. */
const MOST_POINTS = 500;
const MOST_CONTOUR = 900;
const underWay = new UnderWay(changeOf, hold, saveNow);
/** Put back and not touched since: there is nothing to save. */
const untouched = new Set<string>();
/** Earlier studies whose marks were asked for. */
const earlier = new Set<string>();
const history = new History<Record<string, unknown>>();
let restoring = false;

/** Send what a window that is gone left behind, then show what the server has. */
export async function restoreMarks(): Promise<void> {
  const left = waitingBelow(readBoot().annotationsUrl);
  await flush();
  show(await marksOfStudy(readBoot().studies[0].uid));
  if (left) showProblem(say('recovered', { n: left }), say('recoveredHint'));
}

/** What was measured on an earlier study, once it hangs beside the one that is read. */
export async function restoreMarksOf(study: string | undefined): Promise<void> {
  if (!study || study === readBoot().studies[0].uid || earlier.has(study)) return;
  earlier.add(study);
  await flush();
  show(await marksOfStudy(study));
}

function show(marks: StoredMark[]): void {
  restoring = true;
  for (const mark of marks) putBack(mark);
  restoring = false;
  engine().render();
}

function marksOfStudy(study: string): Promise<StoredMark[]> {
  return storedMarks(ofStudy(readBoot().annotationsUrl, study));
}

function putBack(mark: StoredMark): void {
  if (!isMeasuringTool(mark.tool) || annotation.state.getAnnotation(mark.uid)) return;
  const imageId = `wadors:${readBoot().dicomweb}/studies/${mark.study}/series/${mark.series}/instances/${mark.instance}/frames/${mark.frame}`;
  untouched.add(mark.uid);
  annotation.state.addAnnotation({
    annotationUID: mark.uid,
    highlighted: false,
    invalidated: true,
    isLocked: !mark.mine,
    isVisible: true,
    metadata: {
      toolName: mark.tool,
      referencedImageId: imageId,
      FrameOfReferenceUID: frameOfReference(imageId, mark),
      viewPlaneNormal: mark.view.normal as never,
      viewUp: mark.view.up as never,
    },
    data: { ...mark.data, cachedStats: {} },
  } as never, null as never);
  if (mark.mine) history.begin(mark.uid, bodyOf(mark));
  else annotation.locking.setAnnotationLocked(mark.uid, true);
}

function bodyOf({ study, series, instance, frame, tool, values, data, view, points }: StoredMark): Record<string, unknown> {
  return { study, series, instance, frame, tool, values, data, view, points };
}

function frameOfReference(imageId: string, mark: StoredMark): string {
  const plane = metaData.get('imagePlaneModule', imageId) as { frameOfReferenceUID?: string } | undefined;
  return (mark.view as { frame?: string }).frame ?? plane?.frameOfReferenceUID ?? mark.series;
}

export function watchMarks(): void {
  if (!readBoot().mayMark) return;
  const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
  eventTarget.addEventListener(ANNOTATION_COMPLETED, ((event: CustomEvent) => completed(event.detail.annotation as Mark)) as EventListener);
  eventTarget.addEventListener(ANNOTATION_MODIFIED, ((event: CustomEvent) => changed(event.detail as Touched)) as EventListener);
  eventTarget.addEventListener(ANNOTATION_REMOVED, ((event: CustomEvent) => forgetMark(event.detail.annotation as Mark)) as EventListener);
  window.addEventListener('pagehide', saveAllNow);
  whenShown(() => onMark('picture', takeFromOther));
}

/** Another window of the same study made, changed or removed a measurement. */
function takeFromOther(uid: string, body: Record<string, unknown> | undefined): void {
  if (underWay.has(uid)) return;
  replaceMark(uid, body);
  if (body) history.begin(uid, body);
  engine().render();
}

function replaceMark(uid: string, body: Record<string, unknown> | undefined): void {
  restoring = true;
  if (annotation.state.getAnnotation(uid)) annotation.state.removeAnnotation(uid);
  if (body) putBack({ ...body, uid, mine: true, author: '' } as unknown as StoredMark);
  restoring = false;
}

const markUrl = (uid: string, study: string) => `${ofStudy(readBoot().annotationsUrl, study)}${uid}/`;

function studyOfMark(mark: Mark | undefined): string {
  const imageId = mark?.metadata.referencedImageId;
  return imageId ? placeOf(imageId).study : readBoot().studies[0].uid;
}

/** Measuring anew what was put back is no change of it. */
function changed({ annotation: mark, changeType }: Touched): void {
  if (changeType === Enums.ChangeTypes.StatsUpdated && untouched.has(mark.annotationUID ?? '')) return;
  untouched.delete(mark.annotationUID ?? '');
  saveSoon(mark);
}

function isToSave(mark: Mark): boolean {
  const uid = mark.annotationUID;
  return !restoring && Boolean(uid) && !annotation.locking.isAnnotationLocked(uid!) && isMeasuringTool(mark.metadata.toolName);
}

function completed(mark: Mark): void {
  if (isToSave(mark) && !saveNow(mark.annotationUID!)) saveSoon(mark);
}

function saveSoon(mark: Mark): void {
  if (isToSave(mark)) underWay.moved(mark.annotationUID!);
}

function changeOf(uid: string): Change | undefined {
  const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
  const body = mark && asStored(mark);
  return body && { url: markUrl(uid, studyOfMark(mark)), method: 'PUT', body };
}

/** Gives whether there was something to save: a mark without a value yet has none. */
function saveNow(uid: string): boolean {
  underWay.end(uid);
  const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
  const body = mark && asStored(mark);
  if (!body) return false;
  history.note(uid, body);
  put(uid, studyOfMark(mark), body);
  return true;
}

function put(uid: string, study: string, body: Record<string, unknown> | undefined): void {
  send(body ? { url: markUrl(uid, study), method: 'PUT', body } : { url: markUrl(uid, study), method: 'DELETE' });
  tellMark('picture', uid, study, body);
}

/** Take back what was done last to one's measurements; gives whether there was anything. */
export function undoMarks(): boolean {
  saveAllNow();
  const steps = history.takeBack();
  for (const { uid, before } of steps) {
    const study = before ? String(before.study) : studyOfMark(annotation.state.getAnnotation(uid) as Mark | undefined);
    replaceMark(uid, before);
    put(uid, study, before);
  }
  engine().render();
  return steps.length > 0;
}

export function saveAllNow(): void {
  underWay.saveAll();
}

function asStored(mark: Mark): Record<string, unknown> | undefined {
  const { referencedImageId: imageId, toolName: tool } = mark.metadata;
  const subject = imageId ? subjectOf(imageId, mark.data) : undefined;
  if (!imageId || !subject) return undefined;
  const values = valuesOf(tool, imageId, mark);
  if (!Object.keys(values).length && !(isWorded(tool) && mark.data.label)) return undefined;
  const { study, series, instance, frame } = placeOf(imageId);
  return {
    study, series, instance, frame, tool, values,
    data: { handles: plain(mark.data.handles), label: mark.data.label ?? '', ...shapeOf(mark) },
    view: { normal: plain(mark.metadata.viewPlaneNormal), up: plain(mark.metadata.viewUp), frame: mark.metadata.FrameOfReferenceUID },
    points: subject.line.length ? closed(thinned(subject.line, MOST_POINTS - 1), subject.closed) : subject.points,
  };
}

function valuesOf(tool: string, imageId: string, mark: Mark): Values {
  const [target = ''] = Object.keys(mark.data.cachedStats ?? {});
  return target.startsWith('volumeId:') ? engineValues(mark.data.cachedStats?.[target]) : measured(tool, imageId, mark.data);
}

/** The line of a traced region, and of what kind of curve it is. */
function shapeOf({ data: { contour, spline } }: Mark): Record<string, unknown> {
  if (!contour?.polyline?.length) return {};
  const kept = { closed: contour.closed ?? false, polyline: plain(thinned(contour.polyline, MOST_CONTOUR)) };
  return { contour: kept, ...(spline ? { spline: { type: spline.type } } : {}) };
}

function closed(line: Point[], isClosed: boolean): Point[] {
  return isClosed ? [...line, line[0]] : line;
}

/** Of a long line every second, third, ... point. */
function thinned<T>(line: T[], most: number): T[] {
  const step = Math.ceil(line.length / most);
  return line.filter((_, index) => index % step === 0);
}

const fine = (value: number) => Math.round(value * 1e4) / 1e4;

/** Typed arrays become lists, so that JSON keeps their order; a ten-thousandth of a millimetre is enough. */
function plain(value: unknown): unknown {
  const part = (_key: string, one: unknown) => (ArrayBuffer.isView(one) ? Array.from(one as never) : typeof one === 'number' ? fine(one) : one);
  return JSON.parse(JSON.stringify(value ?? null, part));
}

function forgetMark(mark: Mark): void {
  const uid = mark?.annotationUID;
  if (restoring || !uid || !isMeasuringTool(mark.metadata.toolName)) return;
  underWay.end(uid);
  history.note(uid, undefined);
  put(uid, studyOfMark(mark), undefined);
}

/** What was measured on a coarse stand-in is not true: once the whole picture is here, its marks are measured anew. */
export function measureWholePictures(): void {
  document.addEventListener('viewer:whole-image', ((event: CustomEvent<string>) => {
    for (const mark of marksOn(event.detail)) {
      mark.invalidated = true;
      mark.data.cachedStats = {};
    }
    engine().render();
  }) as EventListener);
}

function marksOn(imageId: string): Types.Annotation[] {
  return annotation.state.getAllAnnotations().filter((mark) => mark.metadata?.referencedImageId === imageId && isMeasuringTool(mark.metadata?.toolName ?? ''));
}

/** Until a picture is whole, the left button neither measures on it nor takes hold of a measurement. */
export function guardMeasuring(pane: Pane): void {
  const refuse = (event: MouseEvent | TouchEvent) => {
    if (!pane.count() || pane.isWhole() || ('button' in event && event.button !== 0)) return;
    if (!isMeasuring() && !marksOn(pane.shownId()).length) return;
    event.stopPropagation();
    announce(say('waitForWhole'));
  };
  pane.element.addEventListener('mousedown', refuse, true);
  pane.element.addEventListener('touchstart', refuse, { capture: true, passive: true });
}

export function removeSelected(): void {
  for (const uid of annotation.selection.getAnnotationsSelected()) removeMark(uid);
  engine().render();
}

function removeMark(uid: string): void {
  if (annotation.locking.isAnnotationLocked(uid)) announce(say('notYours'));
  else annotation.state.removeAnnotation(uid);
}

/** Remove one's own marks from the picture that is shown. */
export function clearMarks(pane: Pane): void {
  const here = marksOn(pane.shownId());
  for (const mark of here) if (!annotation.locking.isAnnotationLocked(mark.annotationUID!)) annotation.state.removeAnnotation(mark.annotationUID!);
  engine().render();
  announce(say('cleared', { n: here.length }));
}
