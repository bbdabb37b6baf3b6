// Which slice of one stack belongs to a slice of another: by the frame of reference where both have the same, else as they were linked.
import { cross, dot, unit, type Vector } from '../volumes/geometry';

/** Where a stack's slices lie: the place of each along the normal is enough once that is known. */
export interface Place { position: Vector; normal: Vector; frame: string }

/** Two stacks run alike when their slices are within 25° of parallel. */
const PARALLEL = Math.cos((25 * Math.PI) / 180);

export function placeOfPlane(position: number[], cosines: number[], frame: string): Place | undefined {
  if (position.length !== 3 || cosines.length !== 6) return undefined;
  return { position: position as Vector, normal: unit(cross(cosines.slice(0, 3), cosines.slice(3, 6))), frame };
}

export function runAlike(a: Place, b: Place): boolean {
  return Math.abs(dot(a.normal, b.normal)) > PARALLEL;
}

/** By how many millimetres `other` lies on from `leader`, as both stand now; nothing where the frame of reference says it. */
export function standingOffset(leader: Place, other: Place): number {
  return leader.frame && leader.frame === other.frame ? 0 : aheadOf(leader, other);
}

function aheadOf(leader: Place, other: Place): number {
  return dot(other.position, other.normal) - dot(leader.position, other.normal);
}

/** The index of the slice of `stack` for the leader's place: `ownMm` and `leadMm` are the offsets of the two, along their own normals. */
export function partner(stack: Place[], leader: Place, ownMm: number, leadMm: number): number | undefined {
  const [first] = stack;
  if (!first || !runAlike(leader, first)) return undefined;
  const turned = Math.sign(dot(leader.normal, first.normal));
  const wanted = dot(leader.position, first.normal) - turned * leadMm + ownMm;
  return nearestAlong(stack.map(({ position }) => dot(position, first.normal)), wanted);
}

function nearestAlong(places: number[], wanted: number): number {
  let best = 0;
  for (const [index, place] of places.entries()) if (Math.abs(place - wanted) < Math.abs(places[best] - wanted)) best = index;
  return best;
}

/** The slice through a point, whatever way the stack runs; undefined when the point lies beyond the stack's ends. */
export function sliceThrough(stack: Place[], point: Vector): number | undefined {
  if (!stack.length) return undefined;
  const { normal } = stack[0];
  const places = stack.map(({ position }) => dot(position, normal));
  const wanted = dot(point, normal);
  const index = nearestAlong(places, wanted);
  return Math.abs(places[index] - wanted) <= gapOf(places) ? index : undefined;
}

/** How far a point may lie from the nearest slice and still be shown by it. */
function gapOf(places: number[]): number {
  if (places.length < 2) return 5;
  return Math.abs(places[places.length - 1] - places[0]) / (places.length - 1);
}
