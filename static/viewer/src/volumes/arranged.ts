// The volume room as kept layouts and hanging protocols have it: what is open, of which viewport, and how it is shown.
import { utilities } from '@cornerstonejs/core';
import type { RoomLook } from '../boot';
import { engine } from '../engine';
import { placeOfShare, shareOf, type Vector } from './geometry';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { room } from './room';
import { crossing, recentre } from './roomtools';

let opening: RoomLook | undefined;

/** As it is now, or will be when it has opened; undefined for none. */
export function roomNow(): RoomLook | undefined {
  if (opening) return opening;
  const { kind } = room;
  if (!kind) return undefined;
  const basis = { kind, pane: grid.panes.indexOf(grid.active), ...room.slab.chosen };
  if (room.host.dataset.state !== 'shown') return basis;
  const directions = room.views.some((view) => view.isTurned()) ? room.views.map((view) => view.direction()) : undefined;
  const seen = { directions, framed: room.views.map((view) => view.framed()), alone: room.alone + 1 };
  if (kind === 'solid') return { ...basis, ...seen, ...room.solid.chosen };
  return { ...basis, ...seen, place: crossing(), ...room.ownWindow(), ...(kind === 'fusion' ? room.fusion.chosen : {}) };
}

/** What of it would be meant for another patient: where its planes cross in parts of the volume. */
export function roomMeant(): Partial<RoomLook> {
  const { place, framed: _here, directions, centre, width, ...look } = roomNow() ?? {};
  const [base] = room.layers;
  return {
    ...look,
    ...(place && base ? { share: shareOf(base.volume.geometry, place as Vector).map(digits(4)) } : {}),
    ...(directions ? { directions: directions.map((one) => one.map(digits(6))) } : {}),
    ...(width ? { centre: digits(2)(centre!), width: digits(2)(width) } : {}),
  };
}

function digits(count: number): (value: number) => number {
  return (value) => Number(value.toFixed(count));
}

/** Open it of what hangs in `pane`; the reader is told where that cannot be. */
export async function openRoom(pane: Pane, look: RoomLook): Promise<void> {
  if (!pane.count()) return;
  opening = look;
  try {
    grid.activate(pane);
    await room.toggle(look.kind, 0, () => show(look));
  } finally {
    opening = undefined;
  }
}

function show(look: RoomLook): void {
  const { kind, directions, framed } = look;
  if (look.alone) room.enlarge(look.alone - 1);
  if (directions?.length === room.views.length) room.views.forEach((view, index) => view.lookFrom(directions[index]));
  if (framed?.length === room.views.length) room.views.forEach((view, index) => view.frame(framed[index]));
  if (kind === 'solid') return room.solid.choose(look);
  room.slab.choose(look.slab, look.thickness);
  if (kind === 'fusion') room.fusion.choose(look);
  if (look.width) {
    const { lower, upper } = utilities.windowLevel.toLowHighRange(look.width, look.centre ?? 0);
    room.setRange(room.layers[0], lower, upper);
  }
  if (look.invert) room.invert();
  const place = look.place ?? (look.share?.length ? placeOfShare(room.layers[0].volume.geometry, look.share as Vector) : undefined);
  recentre();
  room.crossAt(place as Vector | undefined);
  engine().renderViewports(room.views.map((view) => view.spec.id));
}
