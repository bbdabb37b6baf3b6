// Grids of values in the patient, seen on a plane that cuts them anyhow: for each pixel of the screen, what it shows.
import { cross, depthOf, dot, minus, onCut, type Way } from './planar';
import type { Plane } from './types';

/** A value that grows evenly over the screen. */
interface Slope { start: number; perX: number; perY: number }
interface Slopes { column: Slope; row: Slope; depth: Slope }
export interface Lattice { position: number[]; orientation: number[]; spacing: number[] }

/** Planes of one direction at even steps; `slots` says which of them lies at which step, -1 where there is none. */
export interface Stack { lattice: Lattice; first: number; step: number; slots: Int32Array; shifts: Float32Array }

const MOST_SLOTS = 20_000;
const SAME_DEPTH = 1e-3;
const SAME_PLACE = 0.01;

/** Column, row and millimetres along the normal of a grid, as they go over the screen. */
export function slopesOf(cut: Way, { position, orientation, spacing }: Lattice): Slopes {
  const [across, along] = [orientation.slice(0, 3), orientation.slice(3)];
  const slope = (axis: number[], mm: number): Slope => ({
    start: dot(minus(cut.origin, position), axis) / mm, perX: dot(cut.right, axis) / mm, perY: dot(cut.down, axis) / mm,
  });
  return { column: slope(across, spacing[1]), row: slope(along, spacing[0]), depth: slope(cross(across, along), 1) };
}

/** The planes that say where they lie and run like the first of them; undefined when there is none. */
export function stackOf(planes: Plane[], thickness: number): Stack | undefined {
  const placed = planes.map((plane, index) => ({ plane, index })).filter(({ plane }) => plane.position.length === 3 && plane.orientation.length === 6 && plane.spacing.length === 2);
  if (!placed.length) return undefined;
  const lattice: Lattice = placed[0].plane;
  const [across, along] = [lattice.orientation.slice(0, 3), lattice.orientation.slice(3)];
  const normal = cross(across, along);
  const parallel = placed.filter(({ plane }) => dot(normal, cross(plane.orientation.slice(0, 3), plane.orientation.slice(3))) > 0.9995);
  const depths = parallel.map(({ plane }) => dot(minus(plane.position, lattice.position), normal));
  const [first, step] = [Math.min(...depths), stepOf(depths) ?? (thickness || 1)];
  const count = Math.round((Math.max(...depths) - first) / step) + 1;
  if (count > MOST_SLOTS) return undefined;
  const [slots, shifts] = [new Int32Array(count).fill(-1), new Float32Array(2 * planes.length)];
  parallel.forEach(({ plane, index }, at) => {
    slots[Math.round((depths[at] - first) / step)] = index;
    const aside = minus(plane.position, lattice.position);
    shifts.set([dot(aside, across) / lattice.spacing[1], dot(aside, along) / lattice.spacing[0]], 2 * index);
  });
  return { lattice, first, step, slots, shifts };
}

/** The smallest step between two planes. */
function stepOf(depths: number[]): number | undefined {
  const sorted = [...depths].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((depth, index) => depth - sorted[index]).filter((gap) => gap > SAME_DEPTH);
  return gaps.length ? Math.min(...gaps) : undefined;
}

/** Calls `visit` for every pixel of the screen that a plane of the stack is under, with the point of the grid there. */
export function eachUnder(cut: Way, stack: Stack, size: { rows: number; columns: number }, visit: (pixel: number, plane: number, column: number, row: number) => void): void {
  const { column, row, depth } = slopesOf(cut, stack.lattice);
  // Planes that are shifted against the first may lie beside its box.
  const [left, top, right, bottom] = stack.shifts.some((part) => Math.abs(part) > SAME_PLACE) ? [0, 0, cut.width, cut.height] : boxOf(cut, stack, size);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const slot = Math.round((depth.start + depth.perX * (x + 0.5) + depth.perY * (y + 0.5) - stack.first) / stack.step);
      const plane = slot >= 0 && slot < stack.slots.length ? stack.slots[slot] : -1;
      if (plane < 0) continue;
      const i = Math.round(column.start + column.perX * (x + 0.5) + column.perY * (y + 0.5) - stack.shifts[2 * plane]);
      const j = Math.round(row.start + row.perX * (x + 0.5) + row.perY * (y + 0.5) - stack.shifts[2 * plane + 1]);
      if (i >= 0 && j >= 0 && i < size.columns && j < size.rows) visit(y * cut.width + x, plane, i, j);
    }
  }
}

/** The part of the screen that the grid can be under: left, top, right, bottom; empty where the plane passes it by. */
function boxOf(cut: Way, { lattice, first, step, slots }: Stack, { rows, columns }: { rows: number; columns: number }): number[] {
  const [across, along] = [lattice.orientation.slice(0, 3), lattice.orientation.slice(3)];
  const normal = cross(across, along);
  const places = [-0.5, columns - 0.5].flatMap((i) => [-0.5, rows - 0.5].flatMap((j) => [first - step / 2, first + (slots.length - 0.5) * step].map((depth) =>
    lattice.position.map((start, axis) => start + across[axis] * i * lattice.spacing[1] + along[axis] * j * lattice.spacing[0] + normal[axis] * depth))));
  const aways = places.map((place) => depthOf(cut, place));
  if (Math.min(...aways) > 0 || Math.max(...aways) < 0) return [0, 0, 0, 0];
  const points = places.map((place) => onCut(cut, place));
  const within = (part: number, most: number) => Math.min(most, Math.max(0, part));
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  return [within(Math.floor(Math.min(...xs)), cut.width), within(Math.floor(Math.min(...ys)), cut.height),
    within(Math.ceil(Math.max(...xs)), cut.width), within(Math.ceil(Math.max(...ys)), cut.height)];
}

export const inkOf = (colour: string): number[] => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Only what has another owner beside it stays. */
export function edgesOf(owners: Uint16Array, width: number): Uint16Array {
  const edges = new Uint16Array(owners.length);
  for (let at = 0; at < owners.length; at++) {
    const owner = owners[at];
    const column = at % width;
    const isInside = column > 0 && column < width - 1 && owners[at - 1] === owner && owners[at + 1] === owner && owners[at - width] === owner && owners[at + width] === owner;
    if (owner && !isInside) edges[at] = owner;
  }
  return edges;
}

/** A canvas with each owner's colour; owners count from 1. */
export function coloured(owners: Uint16Array, width: number, height: number, colours: string[], outline: boolean): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  const inks = colours.map(inkOf);
  const shown = outline ? edgesOf(owners, width) : owners;
  for (let at = 0; at < shown.length; at++) {
    if (shown[at]) image.data.set([...inks[shown[at] - 1], 255], at * 4);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
