// How images hang, as plain data that the server keeps for the person: read back with suspicion, for the exam may have changed since.
import { leaves, type Tree } from '../viewports/arrangement';

export interface KeptPane {
  set: string;
  /** The picture that was shown, by its object: its place in the series changes while images arrive. */
  instance?: string;
  frame?: number;
  window?: { centre: number; width: number };
  invert?: boolean;
  rotation?: number;
  flipHorizontal?: boolean;
  flipVertical?: boolean;
  zoom?: number;
  pan?: [number, number];
}

/** `tree` names the viewports by their place in `panes`. */
export interface Arrangement { layout: string; tree: Tree; panes: (KeptPane | null)[]; active: number; tool?: string; linked?: boolean; lines?: boolean }

const MOST_PANES = 16;
const DEEPEST = 8;

/** What was kept, as far as it still holds: viewports of series that are gone are empty. Undefined when it is none, or shows nothing any more. */
export function soundArrangement(kept: unknown, sets: ReadonlySet<string>): Arrangement | undefined {
  const found = kept as Arrangement | null;
  if (!found || !Array.isArray(found.panes) || !found.panes.length || found.panes.length > MOST_PANES || !isTree(found.tree)) return undefined;
  const places = leaves(found.tree);
  if (places.join() !== found.panes.map((_, index) => String(index)).join()) return undefined;
  const panes = found.panes.map((pane) => (pane && sets.has(pane.set) ? soundPane(pane) : null));
  const active = Number.isInteger(found.active) && panes[found.active] ? found.active : panes.findIndex(Boolean);
  if (active < 0) return undefined;
  return { layout: String(found.layout), tree: found.tree, panes, active, tool: found.tool, linked: found.linked === true, lines: found.lines === true };
}

function isTree(tree: unknown, depth = 0): tree is Tree {
  const { pane, across, parts, sizes } = (tree ?? {}) as Record<string, unknown>;
  if (typeof pane === 'string') return true;
  if (depth >= DEEPEST || typeof across !== 'boolean' || !Array.isArray(parts) || !Array.isArray(sizes) || parts.length < 2) return false;
  const whole = sizes.reduce((sum: number, size) => sum + (isFiniteNumber(size) && size > 0 ? size : NaN), 0);
  return sizes.length === parts.length && Math.abs(whole - 1) < 1e-3 && parts.every((part) => isTree(part, depth + 1));
}

function soundPane({ set, instance, frame, window, invert, rotation, flipHorizontal, flipVertical, zoom, pan }: KeptPane): KeptPane {
  return {
    set,
    instance: typeof instance === 'string' ? instance : undefined,
    frame: isFiniteNumber(frame) ? frame : 1,
    window: window && isFiniteNumber(window.centre) && isFiniteNumber(window.width) && window.width > 0 ? window : undefined,
    invert: invert === true,
    rotation: isFiniteNumber(rotation) ? rotation : 0,
    flipHorizontal: flipHorizontal === true,
    flipVertical: flipVertical === true,
    zoom: isFiniteNumber(zoom) && zoom > 0 ? zoom : undefined,
    pan: Array.isArray(pan) && pan.length === 2 && pan.every(isFiniteNumber) ? pan : undefined,
  };
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Where a picture stands in a stack of image ids; the beginning when it is not there any more. */
export function placeIn(ids: string[], { instance, frame = 1 }: KeptPane): number {
  return instance ? Math.max(0, ids.findIndex((id) => id.endsWith(`/instances/${instance}/frames/${frame}`))) : 0;
}
