// Where a slice cuts another plane.
import { dot, type Vector } from '../volumes/geometry';

/** The line in which a slice, given by its corners in order, goes through the plane; undefined when it does not. */
export function crossing(corners: Vector[], { position, normal }: { position: Vector; normal: Vector }): [Vector, Vector] | undefined {
  const beyond = corners.map((corner) => dot(corner, normal) - dot(position, normal));
  const cuts = corners.flatMap((from, index) => {
    const next = (index + 1) % corners.length;
    if (beyond[index] < 0 === beyond[next] < 0) return [];
    const part = beyond[index] / (beyond[index] - beyond[next]);
    return [from.map((value, axis) => value + part * (corners[next][axis] - value)) as Vector];
  });
  return cuts.length === 2 ? [cuts[0], cuts[1]] : undefined;
}
