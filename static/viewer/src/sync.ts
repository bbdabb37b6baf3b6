// Linked scrolling: viewports of one frame of reference go to the same place in the patient.
import { Enums } from '@cornerstonejs/core';
import { say } from './boot';
import { metadataOf } from './datasource';
import { numbers, text } from './dicomjson';
import { grid } from './layout';
import type { Pane } from './pane';
import { announce } from './status';

let linked = false;
const watched = new WeakSet<Pane>();

export function isSynced(): boolean {
  return linked;
}

export function toggleSync(): void {
  linked = !linked;
  announce(say(linked ? 'syncOn' : 'syncOff'));
  if (linked) lead(grid.active);
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
  const from = metadataOf(leader.viewport.getCurrentImageId());
  const place = numbers(from, '00200032');
  const ids = other.viewport.getImageIds();
  if (place.length !== 3) return;
  const index = nearest(ids, place, numbers(from, '00200037'));
  if (index === undefined || index === other.index()) return;
  // Only where both slices name the same frame of reference are their places comparable.
  if (text(metadataOf(ids[index]), '00200052') === text(from, '00200052')) void other.goTo(index);
}

function nearest(ids: string[], place: number[], cosines: number[]): number | undefined {
  const normal = cross(cosines.slice(0, 3), cosines.slice(3, 6));
  let best: { index: number; gap: number } | undefined;
  for (const [index, id] of ids.entries()) {
    const other = numbers(metadataOf(id), '00200032');
    if (other.length !== 3) return undefined;
    const gap = Math.abs(normal.reduce((sum, part, axis) => sum + part * (other[axis] - place[axis]), 0));
    if (!best || gap < best.gap) best = { index, gap };
  }
  return best?.index;
}

function cross(a: number[], b: number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
