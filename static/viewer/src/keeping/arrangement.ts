// How images hang, as plain data that the server keeps for the person: read back with suspicion, for the exam may have changed since.
import type { Look, RoomLook } from '../boot';
import { leaves, type Tree } from '../viewports/arrangement';
import { isFiniteNumber, soundRoomLook } from './roomlook';
import { type Cine, FASTEST } from '../viewports/cine';

export interface KeptPane {
  set: string;
  /** The picture that was shown, by its object: its place in the series changes while images arrive. */
  instance?: string;
  frame?: number;
  /** Missing where no picture was shown yet; then it is shown as its object wants. */
  look?: Look;
  /** How it is played; `look.cine` is whether it was playing. */
  cine?: KeptCine;
}

type KeptCine = Omit<Cine, 'step'>;

/** `tree` names the viewports by their place in `panes`. */
export interface Arrangement {
  layout: string; tree: Tree; panes: (KeptPane | null)[]; active: number; tool?: string; linked?: boolean; lines?: boolean; room?: RoomLook;
}

const MOST_PANES = 16;
const DEEPEST = 8;
const ROOMS: unknown[] = ['mpr', 'solid', 'fusion'];
const ORDERS: unknown[] = ['loop', 'bounce', 'once'];

/** What was kept, as far as it still holds: viewports of series that are gone are empty. Undefined when it is none, or shows nothing any more. */
export function soundArrangement(kept: unknown, sets: ReadonlySet<string>): Arrangement | undefined {
  const found = kept as Arrangement | null;
  if (!found || !Array.isArray(found.panes) || !found.panes.length || found.panes.length > MOST_PANES || !isTree(found.tree)) return undefined;
  const places = leaves(found.tree);
  if (places.join() !== found.panes.map((_, index) => String(index)).join()) return undefined;
  const panes = found.panes.map((pane) => (pane && sets.has(pane.set) ? soundPane(pane) : null));
  const active = Number.isInteger(found.active) && panes[found.active] ? found.active : panes.findIndex(Boolean);
  if (active < 0) return undefined;
  const room = soundRoom(found.room, panes);
  return { layout: String(found.layout), tree: found.tree, panes, active, tool: found.tool, linked: found.linked === true, lines: found.lines === true, room };
}

function isTree(tree: unknown, depth = 0): tree is Tree {
  const { pane, across, parts, sizes } = (tree ?? {}) as Record<string, unknown>;
  if (typeof pane === 'string') return true;
  if (depth >= DEEPEST || typeof across !== 'boolean' || !Array.isArray(parts) || !Array.isArray(sizes) || parts.length < 2) return false;
  const whole = sizes.reduce((sum: number, size) => sum + (isFiniteNumber(size) && size > 0 ? size : NaN), 0);
  return sizes.length === parts.length && Math.abs(whole - 1) < 1e-3 && parts.every((part) => isTree(part, depth + 1));
}

function soundPane({ set, instance, frame, look, cine }: KeptPane): KeptPane {
  return {
    set,
    instance: typeof instance === 'string' ? instance : undefined,
    frame: isFiniteNumber(frame) ? frame : 1,
    look: look && isFiniteNumber(look.zoom) && look.zoom > 0 ? soundLook(look) : undefined,
    cine: cine && soundCine(cine),
  };
}

function soundLook({ window, centre, width, zoom, pan, rotation, flip, flip_vertical, invert, colours, cine, smooth }: Look): Look {
  const isOwn = window === 'own' && isFiniteNumber(centre) && isFiniteNumber(width) && width > 0;
  return {
    ...(isOwn ? { window, centre, width } : { window: window === 'own' ? '' : String(window), centre: 0, width: 0 }),
    zoom,
    pan: Array.isArray(pan) && pan.length === 2 && pan.every(isFiniteNumber) ? pan : undefined,
    rotation: isFiniteNumber(rotation) ? rotation : 0,
    flip: flip === true,
    flip_vertical: flip_vertical === true,
    invert: invert === true,
    colours: typeof colours === 'string' ? colours : 'grey',
    cine: cine === true,
    smooth: smooth !== false,
  };
}

function soundCine({ rate, order, from, to }: KeptCine): KeptCine | undefined {
  const isPart = Number.isInteger(from) && Number.isInteger(to) && from >= 0;
  return isFiniteNumber(rate) && rate > 0 && rate <= FASTEST && ORDERS.includes(order) && isPart ? { rate, order, from, to } : undefined;
}

/** Of a viewport that shows nothing any more none is opened. */
function soundRoom(room: RoomLook | undefined, panes: (KeptPane | null)[]): RoomLook | undefined {
  if (!room || !ROOMS.includes(room.kind) || !Number.isInteger(room.pane) || !panes[room.pane]) return undefined;
  return soundRoomLook(room);
}

/** Where a picture stands in a stack of image ids; the beginning when it is not there any more. */
export function placeIn(ids: string[], { instance, frame = 1 }: KeptPane): number {
  return instance ? Math.max(0, ids.findIndex((id) => id.endsWith(`/instances/${instance}/frames/${frame}`))) : 0;
}
