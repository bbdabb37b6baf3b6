// Linked scrolling: viewports of one frame of reference go to the same place in the patient; others stay as far apart as they were
// when they were linked. Each may be shifted by hand against the others.
import { Enums } from '@cornerstonejs/core';
import { say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { numbers, text } from '../datasource/dicomjson';
import { partner, type Place, placeOfPlane, runAlike, standingOffset } from './follow';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { announce } from '../status';

let linked = false;
const watched = new WeakSet<Pane>();
/** By how many millimetres along its own normal a pane stands off the common place, and for which series that holds. */
let offsets = new WeakMap<Pane, { mm: number; set: string }>();

export function isSynced(): boolean {
  return linked;
}

export function toggleSync(): void {
  setSync(!linked);
  announce(say(linked ? 'syncOn' : 'syncOff'));
}

/** Link as all stand now, or let go. */
export function setSync(on: boolean): void {
  linked = on;
  offsets = new WeakMap();
  if (on) lead(grid.active);
}

/** Watch a pane once; what it tells is used only while linked and while it is the active one. */
export function watchPane(pane: Pane): void {
  if (watched.has(pane)) return;
  watched.add(pane);
  pane.surface.addEventListener(Enums.Events.STACK_NEW_IMAGE, () => {
    if (linked && grid.active === pane) lead(pane);
  });
}

function lead(pane: Pane): void {
  if (!pane.count()) return;
  for (const other of grid.panes) if (other !== pane) follow(pane, other);
}

function follow(leader: Pane, other: Pane): void {
  if (!other.count()) return;
  const from = planeOf(leader.viewport.getCurrentImageId());
  const stack = other.viewport.getImageIds().map(planeOf);
  if (!from || stack.some((plane) => !plane)) return;
  const index = partner(stack as Place[], from, offsetOf(other, leader, from), offsetOf(leader, leader, from));
  if (index !== undefined && index !== other.index()) void other.goTo(index);
}

/** A pane that is new to the link is taken as it stands. */
function offsetOf(pane: Pane, leader: Pane, from: Place): number {
  const known = offsets.get(pane);
  if (known?.set === pane.set?.key) return known!.mm;
  const plane = planeOf(pane.viewport.getCurrentImageId());
  const mm = pane === leader || !plane ? 0 : standingOffset(from, plane);
  offsets.set(pane, { mm, set: pane.set!.key });
  return mm;
}

/** Another window of the desk scrolled there: what shares its frame of reference goes along. */
export function followFrom(place: Place): void {
  for (const pane of grid.panes) {
    const stack = pane.count() ? placesOf(pane) : undefined;
    const index = stack?.[0] && place.frame && stack[0].frame === place.frame ? partner(stack, place, 0, 0) : undefined;
    if (index !== undefined && index !== pane.index()) void pane.goTo(index);
  }
}

export function placeOfShown(pane: Pane): Place | undefined {
  return planeOf(pane.viewport.getCurrentImageId());
}

function planeOf(imageId: string): Place | undefined {
  const ds = metadataOf(imageId);
  return placeOfPlane(numbers(ds, '00200032'), numbers(ds, '00200037'), text(ds, '00200052'));
}

/** Where the slices of a pane lie; undefined when one of them does not say. */
export function placesOf(pane: Pane): Place[] | undefined {
  const places = pane.viewport.getImageIds().map(planeOf);
  return places.every((place): place is Place => place !== undefined) ? places : undefined;
}

/** Move the active pane alone by so many slices; linked, it stays that much off the others. */
export function shift(steps: number): void {
  const pane = grid.active;
  const before = planeOf(pane.viewport.getCurrentImageId());
  const index = Math.min(pane.count() - 1, Math.max(0, pane.index() + steps));
  const after = planeOf(pane.viewport.getImageIds()[index] ?? '');
  if (!linked || !before || !after || !runAlike(before, after)) return announce(say('linkFirst'));
  const moved = after.position.reduce((sum, part, axis) => sum + (part - before.position[axis]) * after.normal[axis], 0);
  const known = offsets.get(pane);
  const mm = (known?.set === pane.set?.key ? known!.mm : 0) + moved;
  offsets.set(pane, { mm, set: pane.set!.key });
  void pane.goTo(index);
  announce(say('shifted', { n: mm.toFixed(1).replace('-', '−') }));
}
