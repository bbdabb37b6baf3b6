// The 3D cursor: a point that is pressed in one viewport is shown in every other one of the same frame of reference.
import type { Types } from '@cornerstonejs/core';
import { say } from '../boot';
import { sliceThrough } from './follow';
import type { Vector } from '../volumes/geometry';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { announce } from '../status';
import { placesOf } from './sync';

let isOn = false;
let point: Vector | undefined;
let from: Pane | undefined;
const watched = new WeakSet<Pane>();

export function cursorShown(): boolean {
  return isOn;
}

export function toggleCursor(): void {
  isOn = !isOn;
  point = undefined;
  document.querySelector('[data-viewports]')!.toggleAttribute('data-cursor', isOn);
  for (const pane of grid.panes) draw(pane);
  announce(say(isOn ? 'cursorOn' : 'cursorOff'));
}

/** Take the left button while the cursor is on; every drawing of the pane moves its mark. */
export function watchCursor(pane: Pane): void {
  if (watched.has(pane)) return;
  watched.add(pane);
  const take = (event: MouseEvent) => {
    if (!isOn || event.buttons !== 1 || !pane.count()) return;
    event.stopPropagation();
    event.preventDefault();
    place(pane, event);
  };
  pane.surface.addEventListener('mousedown', take, true);
  pane.surface.addEventListener('mousemove', take, true);
  for (const name of ['CORNERSTONE_IMAGE_RENDERED', 'CORNERSTONE_CAMERA_MODIFIED']) pane.surface.addEventListener(name, () => draw(pane));
}

function place(pane: Pane, event: MouseEvent): void {
  const box = pane.surface.getBoundingClientRect();
  const places = placesOf(pane);
  if (!places?.[0]?.frame) return announce(say('cursorNoFrame'));
  point = [...pane.viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top])] as Vector;
  from = pane;
  for (const other of grid.panes) {
    if (other !== pane && frameOf(other) === places[0].frame) follow(other, point);
    draw(other);
  }
}

function frameOf(pane: Pane): string | undefined {
  return pane.count() ? placesOf(pane)?.[0]?.frame : undefined;
}

function follow(pane: Pane, wanted: Vector): void {
  const index = sliceThrough(placesOf(pane) ?? [], wanted);
  if (index !== undefined && index !== pane.index()) void pane.goTo(index).then(() => draw(pane));
}

/** The mark of a pane: where the point is in its slice, or nothing when it is in none of it. */
function draw(pane: Pane): void {
  const mark = markOf(pane);
  const place = isOn && point && from && frameOf(pane) === frameOf(from) ? seenIn(pane, point) : undefined;
  mark.hidden = !place;
  if (!place) return;
  mark.style.left = `${place[0]}px`;
  mark.style.top = `${place[1]}px`;
}

function seenIn(pane: Pane, place: Vector): Types.Point2 | undefined {
  return sliceThrough(placesOf(pane) ?? [], place) === pane.index() ? pane.viewport.worldToCanvas(place) : undefined;
}

function markOf(pane: Pane): HTMLElement {
  const known = pane.element.querySelector<HTMLElement>('[data-cursor-mark]');
  if (known) return known;
  const mark = document.createElement('span');
  mark.className = 'cursor-mark';
  mark.dataset.cursorMark = '';
  mark.hidden = true;
  pane.element.append(mark);
  return mark;
}
