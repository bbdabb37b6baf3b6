// Measurements: saved as they are made, put back when the study is opened again.
import { eventTarget, metaData } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { readBoot, say } from './boot';
import { placeOf } from './datasource';
import { engine } from './engine';
import { flush, send } from './outbox';
import type { Pane } from './pane';
import { pixelAt } from './places';
import { announce } from './status';
import { isMeasuring, isMeasuringTool } from './tools';

interface StoredMark {
  uid: string; tool: string; instance: string; series: string; study: string; frame: number;
  data: { handles: unknown; label?: string }; view: { normal?: number[]; up?: number[] }; mine: boolean; author: string;
}
type Mark = Types.Annotation & { metadata: NonNullable<Types.Annotation['metadata']> } & { data: { handles: { points: number[][]; textBox?: unknown }; label?: string; cachedStats?: Record<string, Record<string, unknown>> } };
interface Change { annotation: Mark; changeType?: string }

const SAVE_AFTER_MS = 400;
const timers = new Map<string, number>();
/** Put back and not touched since: there is nothing to save. */
const untouched = new Set<string>();
let restoring = false;

export async function restoreMarks(): Promise<void> {
  await flush();
  const answer = await fetch(readBoot().annotationsUrl, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => undefined);
  if (!answer?.ok) return;
  restoring = true;
  for (const mark of ((await answer.json()) as { results: StoredMark[] }).results) putBack(mark);
  restoring = false;
  engine().render();
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
  if (!mark.mine) annotation.locking.setAnnotationLocked(mark.uid, true);
}

function frameOfReference(imageId: string, mark: StoredMark): string {
  const plane = metaData.get('imagePlaneModule', imageId) as { frameOfReferenceUID?: string } | undefined;
  return (mark.view as { frame?: string }).frame ?? plane?.frameOfReferenceUID ?? mark.series;
}

export function watchMarks(): void {
  if (!readBoot().mayMark) return;
  const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } = Enums.Events;
  eventTarget.addEventListener(ANNOTATION_COMPLETED, ((event: CustomEvent) => saveSoon(event.detail.annotation as Mark)) as EventListener);
  eventTarget.addEventListener(ANNOTATION_MODIFIED, ((event: CustomEvent) => changed(event.detail as Change)) as EventListener);
  eventTarget.addEventListener(ANNOTATION_REMOVED, ((event: CustomEvent) => forgetMark(event.detail.annotation as Mark)) as EventListener);
  window.addEventListener('pagehide', saveAllNow);
}

const markUrl = (uid: string) => `${readBoot().annotationsUrl}${uid}/`;

/** Measuring anew what was put back is no change of it. */
function changed({ annotation: mark, changeType }: Change): void {
  if (changeType === Enums.ChangeTypes.StatsUpdated && untouched.has(mark.annotationUID ?? '')) return;
  untouched.delete(mark.annotationUID ?? '');
  saveSoon(mark);
}

function saveSoon(mark: Mark): void {
  const uid = mark.annotationUID;
  if (restoring || !uid || annotation.locking.isAnnotationLocked(uid) || !isMeasuringTool(mark.metadata.toolName)) return;
  window.clearTimeout(timers.get(uid));
  timers.set(uid, window.setTimeout(() => saveNow(uid), SAVE_AFTER_MS));
}

function saveNow(uid: string): void {
  window.clearTimeout(timers.get(uid));
  timers.delete(uid);
  const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
  const body = mark && asStored(mark);
  if (body) send({ url: markUrl(uid), method: 'PUT', body });
}

export function saveAllNow(): void {
  for (const uid of [...timers.keys()]) saveNow(uid);
}

function asStored(mark: Mark): Record<string, unknown> | undefined {
  const imageId = mark.metadata.referencedImageId;
  const stats = Object.values(mark.data.cachedStats ?? {})[0];
  if (!imageId || !stats || !isMeasured(stats)) return undefined;
  const { study, series, instance, frame } = placeOf(imageId);
  return {
    study, series, instance, frame,
    tool: mark.metadata.toolName,
    data: { handles: plain(mark.data.handles), label: mark.data.label ?? '' },
    view: { normal: plain(mark.metadata.viewPlaneNormal), up: plain(mark.metadata.viewUp), frame: mark.metadata.FrameOfReferenceUID },
    points: mark.data.handles.points.map((point) => pixelAt(imageId, point) ?? []),
    values: readings(stats),
  };
}

/** The engine says of an angle with one side only that it is incomplete. */
function isMeasured(stats: Record<string, unknown>): boolean {
  return [stats.length, stats.angle, stats.area].some((value) => typeof value === 'number' && Number.isFinite(value));
}

/** Typed arrays become lists, so that JSON keeps their order. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null, (_key, part: unknown) => (ArrayBuffer.isView(part) ? Array.from(part as never) : part)));
}

function readings(stats: Record<string, unknown>): Record<string, unknown> {
  const wanted = ['length', 'unit', 'angle', 'area', 'areaUnit', 'mean', 'stdDev', 'min', 'max', 'modalityUnit'];
  return Object.fromEntries(wanted.filter((name) => stats[name] !== undefined && stats[name] !== null).map((name) => [name, stats[name]]));
}

function forgetMark(mark: Mark): void {
  const uid = mark?.annotationUID;
  if (restoring || !uid) return;
  window.clearTimeout(timers.get(uid));
  timers.delete(uid);
  send({ url: markUrl(uid), method: 'DELETE' });
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
