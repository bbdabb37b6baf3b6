// The volume room as kept layouts and hanging protocols have it: what is open, of which viewport, how thick, and where it is cut.
import type { RoomLook } from '../boot';
import type { Vector } from './geometry';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { room } from './room';
import { crossing } from './roomtools';

let opening: RoomLook | undefined;

/** As it is now, or will be when it has opened; undefined for none. */
export function roomNow(): RoomLook | undefined {
  if (opening) return opening;
  if (!room.kind) return undefined;
  const place = room.kind === 'solid' || room.host.dataset.state !== 'shown' ? undefined : crossing();
  return { kind: room.kind, pane: grid.panes.indexOf(grid.active), ...room.slab.chosen, place };
}

/** Open it of what hangs in `pane`; the reader is told where that cannot be. */
export async function openRoom(pane: Pane, look: RoomLook): Promise<void> {
  if (!pane.count()) return;
  const { kind, slab, thickness, place } = look;
  opening = look;
  try {
    grid.activate(pane);
    await room.toggle(kind);
    if (!room.isOpen || kind === 'solid') return;
    room.slab.choose(slab, thickness);
    if (place) room.lookAt(place as Vector);
  } finally {
    opening = undefined;
  }
}
