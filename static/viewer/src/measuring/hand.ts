// The mark that a hand has hold of, new or old: Escape, another tool and another picture make it let go, as if it had not begun.
import { Enums as CoreEnums, eventTarget, triggerEvent, type Types as CoreTypes } from '@cornerstonejs/core';
import { annotation, Enums, state, type Types } from '@cornerstonejs/tools';
import { say } from '../boot';
import { engine } from '../engine';
import type { Pane } from '../viewports/pane';
import { announce } from '../status';
import { isMeasuring, isWorded, toolGroup } from '../tools';
import { beginGesture, undoGesture } from './gesture';
import { type MarkData, measured } from './measure';
import { isTooShort } from './strokes';

type Mark = Types.Annotation & { data: MarkData };
interface Drawing { isDrawing?: boolean; isEditingOpen?: boolean; isEditingClosed?: boolean; editData?: { annotation?: Mark } | null; commonData?: { annotation?: Mark }; cancel?: (element: HTMLElement) => unknown; isPointNearTool?: (element: HTMLElement, mark: Types.Annotation, place: [number, number], within: number) => boolean }

const NEAR = 6;

interface Copy { points: CoreTypes.Point3[]; line?: CoreTypes.Point3[]; words?: object }

/** Where the hand is, and how the marks there were before. */
let began: { pane: Pane; before: Map<string, Copy> } | undefined;

export function isDrawing(): boolean {
  return state.isInteractingWithTool;
}

/** Follow the hand on a viewport. */
export function watchHand(pane: Pane): void {
  const begin = () => {
    if (isDrawing()) return;
    began = { pane, before: copiesOn(pane.count() ? pane.shownId() : '') };
    beginGesture();
  };
  pane.element.addEventListener('mousedown', begin, true);
  pane.element.addEventListener('mousedown', (event) => sayIfOthers(pane, event));
  pane.element.addEventListener('touchstart', begin, { capture: true, passive: true });
  for (const name of [Enums.Events.MOUSE_UP, Enums.Events.MOUSE_CLICK, Enums.Events.TOUCH_END, Enums.Events.TOUCH_TAP]) pane.surface.addEventListener(name, tellMovedWords);
  pane.surface.addEventListener(CoreEnums.Events.STACK_NEW_IMAGE, () => {
    if (began?.pane === pane) letGo();
  });
  pane.surface.addEventListener(Enums.Events.MOUSE_DOUBLE_CLICK, ((event: CustomEvent) => clickAgain(pane, event.detail)) as EventListener);
}

/** The engine takes no hold of what somebody else measured; why, it does not say. */
function sayIfOthers({ surface }: Pane, { button, clientX, clientY }: MouseEvent): void {
  const { left, top } = surface.getBoundingClientRect();
  const isNear = (mark: Types.Annotation) => {
    const tool = toolGroup().getToolInstance(mark.metadata?.toolName ?? '') as Drawing | undefined;
    return tool?.isPointNearTool?.(surface, mark, [clientX - left, clientY - top], NEAR);
  };
  const others = [...(began?.before.keys() ?? [])].filter((uid) => annotation.locking.isAnnotationLocked(uid)).map((uid) => annotation.state.getAnnotation(uid));
  if (button === 0 && !isMeasuring() && others.some((mark) => mark && isNear(mark))) announce(say('othersMark'));
}

/** Of words that were moved beside their mark the engine says nothing. */
function tellMovedWords(): void {
  for (const [uid, { words }] of began?.before ?? []) {
    const mark = annotation.state.getAnnotation(uid) as Mark | undefined;
    if (mark?.data.handles.textBox?.hasMoved && placeOf(mark.data.handles.textBox) !== placeOf(words)) tellMoved(mark);
  }
}

const placeOf = (words?: object) => Array.from((words as { worldPosition?: ArrayLike<number> } | undefined)?.worldPosition ?? []).join();

/** The engine hears nothing of the two clicks of a double click: while something is drawn they are one. */
function clickAgain({ surface }: Pane, detail: unknown): void {
  if (!isDrawing() || inHand().some(({ mark }) => mark.metadata?.toolName && TRACED.has(mark.metadata.toolName))) return;
  for (const name of [Enums.Events.MOUSE_DOWN, Enums.Events.MOUSE_CLICK]) triggerEvent(surface, name, detail);
}

/** These end with a double click by themselves. */
const TRACED = new Set(['SplineROI', 'LivewireContour']);

function copiesOn(imageId: string): Map<string, Copy> {
  const here = annotation.state.getAllAnnotations().filter((mark) => mark.metadata?.referencedImageId === imageId) as Mark[];
  return new Map(here.map(({ annotationUID, data }) => [annotationUID!, { points: copied(data.handles.points), line: data.contour?.polyline && copied(data.contour.polyline), words: structuredClone(data.handles.textBox) }]));
}

function copied(places: ArrayLike<number>[]): CoreTypes.Point3[] {
  return places.map((place) => Array.from(place) as CoreTypes.Point3);
}

function inHand(): { tool: Drawing; mark: Mark }[] {
  const tools = Object.values(toolGroup().getToolInstances()) as Drawing[];
  return tools.flatMap((tool) => {
    const mark = tool.isEditingOpen || tool.isEditingClosed || !tool.editData ? tool.commonData?.annotation : tool.editData.annotation;
    return mark && (tool.isDrawing || tool.isEditingOpen || tool.isEditingClosed) ? [{ tool, mark }] : [];
  });
}

/** Gives whether there was something to let go of. */
export function letGo(): boolean {
  const held = isDrawing() ? inHand() : [];
  if (!began || !held.length) return false;
  const { pane, before } = began;
  undoGesture(() => {
    for (const { tool, mark } of held) {
      tool.cancel?.(pane.surface);
      const copy = before.get(mark.annotationUID!);
      if (copy) putBack(mark, copy);
      else annotation.state.removeAnnotation(mark.annotationUID!);
    }
  });
  engine().render();
  return true;
}

function putBack(mark: Mark, { points, line, words }: Copy): void {
  mark.data.handles.points = points;
  if (words) mark.data.handles.textBox = words as Mark['data']['handles']['textBox'];
  if (mark.data.contour && line) mark.data.contour.polyline = line;
  mark.invalidated = true;
  tellMoved(mark);
}

function tellMoved(mark: Mark): void {
  triggerEvent(eventTarget, Enums.Events.ANNOTATION_MODIFIED, { annotation: mark, changeType: Enums.ChangeTypes.HandlesUpdated });
}

/** Before anybody hears that a mark is complete: one without a size or a reading is none. To be called before those who keep marks. */
export function watchStrokes(): void {
  for (const name of ['mousedown', 'touchstart']) document.addEventListener(name, forgetElsewhere, { capture: true, passive: true });
  eventTarget.addEventListener(Enums.Events.ANNOTATION_COMPLETED, ((event: CustomEvent) => {
    const mark = event.detail.annotation as Mark;
    if (!began?.pane.count() || began.pane.shownId() !== mark.metadata?.referencedImageId) return;
    const why = isNothing(mark, began.pane) ? 'tooShort' : isEmpty(mark) ? 'nothingHere' : '';
    if (!why) return sayIfSigned();
    annotation.state.removeAnnotation(mark.annotationUID!);
    announce(say(why));
  }) as EventListener);
}

/** An angle between time and velocity, the value beside the picture: without a reading it would not be kept either. */
function isEmpty({ metadata, data }: Mark): boolean {
  const { toolName = '', referencedImageId = '' } = metadata ?? {};
  return !isWorded(toolName) && !Object.keys(measured(toolName, referencedImageId, data)).length;
}

/** On planes through a volume the hand is none of ours. */
function forgetElsewhere({ target }: Event): void {
  if (!isDrawing() && target instanceof Node && !began?.pane.element.contains(target)) began = undefined;
}

let told: Element | null = null;

/** A signed report keeps what was measured when it was signed. Said once, until the panel has changed. */
function sayIfSigned(): void {
  const panel = document.querySelector('[data-report-panel]:is([data-mode="signed"], :has([data-report-signed]))');
  if (panel && panel !== told) announce(say('afterSigning'));
  told = panel;
}

function isNothing(mark: Mark, { viewport }: Pane): boolean {
  return isTooShort(mark.metadata?.toolName ?? '', mark.data.handles.points.map((place) => viewport.worldToCanvas(Array.from(place) as CoreTypes.Point3)));
}
