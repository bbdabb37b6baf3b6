// Measurements on pictures: what of them is kept, how they are put back when the study is opened again, and when one may measure.
import { metaData } from '@cornerstonejs/core';
import { annotation, type Types } from '@cornerstonejs/tools';
import { ofStudy, readBoot, say } from '../boot';
import { placeOf } from '../datasource/datasource';
import { engine } from '../engine';
import { flush, waitingBelow } from '../outbox';
import type { Pane } from '../viewports/pane';
import { onNewVersion } from './afterreport';
import { type Body, KeptMarks, type Mark as Any } from './keptmarks';
import { type Stored, storedMarks } from './stored';
import { type MarkData, measured, subjectOf, type Values } from './measure';
import type { Point } from './places';
import { engineValues } from './readings';
import { announce, showProblem } from '../status';
import { isMeasuring, isMeasuringTool, isWorded } from '../tools';

interface PictureBody extends Body {
  series: string; instance: string; frame: number; values: Values; points: Point[];
  data: { handles: unknown; label?: string }; view: { normal?: unknown; up?: unknown; frame?: string };
}
type Mark = Any & { data: MarkData & { spline?: { type: string }; cachedStats?: Record<string, Values> } };

/** What the server takes of a line, and what is enough to draw it again. */
const MOST_POINTS = 500;
const MOST_CONTOUR = 900;
const kept = new KeptMarks<PictureBody>({ on: 'picture', url: () => readBoot().annotationsUrl, isOurs: isMeasuringTool, bodyOf: (mark) => bodyOf(mark as Mark), drawnOf });
/** Earlier studies whose marks were asked for. */
const earlier = new Set<string>();

/** Take back what was done last to one's measurements; gives whether there was anything. */
export const undoMarks = () => kept.undo();
export const saveAllNow = () => kept.saveAll();

/** Send what a window that is gone left behind, then show what the server has. */
export async function restoreMarks(): Promise<void> {
  const left = waitingBelow(readBoot().annotationsUrl).length;
  await flush();
  kept.show(await marksOfStudy(readBoot().studies[0].uid));
  if (left) showProblem(say('recovered', { n: left }), say('recoveredHint'));
}

/** What was measured on an earlier study, once it hangs beside the one that is read. */
export async function restoreMarksOf(study: string | undefined): Promise<void> {
  if (!study || study === readBoot().studies[0].uid || earlier.has(study)) return;
  earlier.add(study);
  await flush();
  kept.show(await marksOfStudy(study));
}

function marksOfStudy(study: string): Promise<Stored<PictureBody>[]> {
  return storedMarks(ofStudy(readBoot().annotationsUrl, study));
}

function drawnOf(mark: Stored<PictureBody>): { metadata: object; data: object } {
  const imageId = `wadors:${readBoot().dicomweb}/studies/${mark.study}/series/${mark.series}/instances/${mark.instance}/frames/${mark.frame}`;
  return {
    metadata: { toolName: mark.tool, referencedImageId: imageId, FrameOfReferenceUID: frameOfReference(imageId, mark), viewPlaneNormal: mark.view.normal, viewUp: mark.view.up },
    data: { ...mark.data, cachedStats: {} },
  };
}

function frameOfReference(imageId: string, mark: PictureBody): string {
  const plane = metaData.get('imagePlaneModule', imageId) as { frameOfReferenceUID?: string } | undefined;
  return mark.view.frame ?? plane?.frameOfReferenceUID ?? mark.series;
}

export function watchMarks(): void {
  if (readBoot().mayMark) kept.watch();
  onNewVersion(() => void flush().then(() => kept.tellAfterReport(readBoot().studies[0].uid)));
}

function bodyOf(mark: Mark): PictureBody | undefined {
  const { referencedImageId: imageId, toolName: tool } = mark.metadata;
  const subject = imageId ? subjectOf(imageId, mark.data) : undefined;
  if (!imageId || !subject) return undefined;
  const values = valuesOf(tool, imageId, mark);
  if (!Object.keys(values).length && !(isWorded(tool) && mark.data.label)) return undefined;
  return {
    ...placeOf(imageId), tool, values,
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
  const mine = marksOn(pane.shownId()).filter(({ annotationUID }) => !annotation.locking.isAnnotationLocked(annotationUID!));
  for (const { annotationUID } of mine) annotation.state.removeAnnotation(annotationUID!);
  engine().render();
  announce(say('cleared', { n: mine.length }));
}
