// Measurements on cut planes: what of them is kept, how they are put back when the same series is cut again, and their list.
import { annotation, cancelActiveManipulations, state } from '@cornerstonejs/tools';
import { ofStudy, readBoot, say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { engine } from '../engine';
import { afterReport } from '../measuring/afterreport';
import { type Body, KeptMarks, type Mark } from '../measuring/keptmarks';
import { type Stored, storedMarks } from '../measuring/stored';
import { flush } from '../outbox';
import { announce } from '../status';
import type { Vector } from './geometry';
import type { Layer } from './layer';
import { planeLines, planeValues, type PlaneValues, type Reading, readings } from './planevalues';
import { isPlaneMark, markBegun } from './roomtools';
import { onSuvKind } from './suvkind';
import { nearestPicture } from './volumes';

interface PlaneBody extends Body {
  series: string; instance: string; frame: number; frame_of_reference: string; places: Vector[]; values: PlaneValues;
  readings: Reading[]; view: { normal?: number[]; up?: number[]; slab?: string; thickness?: number };
}
/** A mark as the list shows it. */
export interface Listed { uid: string; lines: string[]; author: string; place: Vector; normal: Vector | undefined; up: Vector | undefined }

const kept = new KeptMarks<PlaneBody>({
  on: 'plane', url: () => readBoot().planesUrl, isOurs: (tool) => layers.length > 0 && isPlaneMark(tool), bodyOf, drawnOf, changed,
});
const authors = new Map<string, string>();
const listeners: (() => void)[] = [];
let layers: Layer[] = [];
let slabNow: () => { slab: string; thickness: number } = () => ({ slab: '', thickness: 0 });
let turn = 0;

export function watchPlaneMarks(): void {
  kept.watch();
  onSuvKind(changed, savePlaneMarksNow);
}

export const savePlaneMarksNow = () => kept.saveAll();
export const planeDepth = () => kept.depth();
/** Take back what was done last on these planes; gives whether there was anything. */
export const undoPlaneMarks = () => kept.undo();

export function onPlaneMarks(listener: () => void): void {
  listeners.push(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}

/** The room is open with these volumes: put back what was measured on them. */
export async function startPlaneMarks(shown: Layer[], slab: typeof slabNow): Promise<void> {
  const now = ++turn;
  [layers, slabNow] = [shown, slab];
  changed();
  await flush();
  const marks = await storedMarks<Stored<PlaneBody>>(ofStudy(readBoot().planesUrl, shown[0].volume.set.study), () => now === turn);
  if (now === turn) kept.show(marks);
}

/** The room is left: what is under way is sent, and the engine forgets the marks. */
export function stopPlaneMarks(): void {
  kept.clear();
  turn += 1;
  layers = [];
  changed();
}

function isOfShown(mark: PlaneBody): boolean {
  const frame = frameNow();
  return layers.some(({ volume }) => volume.set.series === mark.series) && (!frame || !mark.frame_of_reference || frame === mark.frame_of_reference);
}

const frameNow = () => text(metadataOf(layers[0].volume.geometry.ids[0]), '00200052');

function drawnOf(mark: Stored<PlaneBody>): { metadata: object; data: object } | undefined {
  if (!isOfShown(mark)) return undefined;
  authors.set(mark.uid, mark.mine ? '' : mark.author);
  return {
    metadata: {
      toolName: mark.tool, FrameOfReferenceUID: layers[0].volume.geometry.frameOfReference,
      // Without a normal the engine finds the plane by the places.
      ...(mark.view.normal ? { viewPlaneNormal: mark.view.normal } : {}), ...(mark.view.up ? { viewUp: mark.view.up } : {}),
    },
    data: { label: '', cachedStats: {}, handles: { points: mark.places, activeHandleIndex: null, textBox: unplacedText() } },
  };
}

/** Where its words stand is found anew. */
function unplacedText(): object {
  const corner = () => [0, 0, 0];
  return { hasMoved: false, worldPosition: corner(), worldBoundingBox: { topLeft: corner(), topRight: corner(), bottomLeft: corner(), bottomRight: corner() } };
}

function bodyOf(mark: Mark): PlaneBody | undefined {
  const { toolName: tool, viewPlaneNormal, viewUp } = mark.metadata;
  const places = placesOf(mark);
  const values = planeValues(tool, places);
  if (!Object.keys(values).length) return undefined;
  const view = { ...(viewPlaneNormal ? { normal: plain(viewPlaneNormal) } : {}), ...(viewUp ? { up: plain(viewUp) } : {}), ...slabNow() };
  return { ...nearestPicture(layers[0].volume, places[0]), tool, frame_of_reference: frameNow(), places, values, readings: readings(tool, places, layers), view };
}

const fine = (value: number) => Math.round(value * 1e4) / 1e4;

/** Three numbers, to a ten-thousandth. */
function plain(vector: ArrayLike<number>): number[] {
  return Array.from(vector, fine);
}

function placesOf(mark: Mark): Vector[] {
  return (mark.data.handles?.points ?? []).map((point) => plain(point) as Vector);
}

/** Every mark on the planes, in the order in which they were made. */
export function listedMarks(): Listed[] {
  return kept.all().map((mark) => {
    const { toolName: tool, viewPlaneNormal: normal, viewUp: up } = mark.metadata;
    const places = placesOf(mark);
    const middle = (tool === 'PlaneLength' ? [0, 1, 2].map((axis) => (places[0][axis] + places[1][axis]) / 2) : places[tool === 'PlaneAngle' ? 1 : 0]) as Vector;
    return { uid: mark.annotationUID!, lines: [...planeLines(tool, places, layers), ...afterReport(mark.data)], author: authors.get(mark.annotationUID!) ?? '', place: middle, normal: normal as Vector | undefined, up: up as Vector | undefined };
  });
}

/** The hand lets go of what it draws in a view: a new one is gone, one that was moved stays where it is. Gives whether it held one. */
export function letGoOfPlaneMark(element: HTMLDivElement | undefined): boolean {
  if (!state.isInteractingWithTool || !element) return false;
  const begun = markBegun();
  cancelActiveManipulations(element);
  if (begun) annotation.state.removeAnnotation(begun);
  engine().render();
  return true;
}

/** Remove one's own measurements from the cut planes. */
export function clearPlaneMarks(): void {
  const mine = kept.all().filter((mark) => !annotation.locking.isAnnotationLocked(mark.annotationUID!));
  for (const mark of mine) annotation.state.removeAnnotation(mark.annotationUID!);
  engine().render();
  announce(say('planesCleared', { n: mine.length }));
}
