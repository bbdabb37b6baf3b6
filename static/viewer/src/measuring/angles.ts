// Angles between lines that are given by their ends, in one unit in both directions.
import type { Point } from './places';

type Line = [Point, Point];

/** From the way of one line to that of the other: 0 to 180 degrees; undefined for a line without a length. */
export function turnBetween(one: Line, other: Line): number | undefined {
  const [u, v] = [wayOf(one), wayOf(other)];
  const size = Math.hypot(...u) * Math.hypot(...v);
  return size > 0 ? (Math.acos(Math.min(1, Math.max(-1, (u[0] * v[0] + u[1] * v[1]) / size))) * 180) / Math.PI : undefined;
}

/** Two lines have two angles: the smaller one is meant, unless both how they were drawn and how they lie along the spine tell of a curve
 * over 90 degrees. The other one comes with it. */
export function cobbOf(one: Line, other: Line): { angle: number; supplement: number } | undefined {
  const drawn = turnBetween(one, other);
  if (drawn === undefined) return undefined;
  const lying = isFromOneSide(one, other) ? drawn : 180 - drawn;
  const angle = drawn > 90 && lying > 90 ? drawn : Math.min(drawn, 180 - drawn);
  return { angle, supplement: 180 - angle };
}

/** Whether two end plates begin on the same side of the spine, which runs from the middle of one to that of the other. */
function isFromOneSide(one: Line, other: Line): boolean {
  const spine = wayOf([middleOf(one), middleOf(other)]);
  const side = (line: Line) => wayOf(line)[0] * spine[1] - wayOf(line)[1] * spine[0];
  return side(one) * side(other) >= 0;
}

const wayOf = ([[x1, y1], [x2, y2]]: Line): Point => [x2 - x1, y2 - y1];
const middleOf = ([[x1, y1], [x2, y2]]: Line): Point => [(x1 + x2) / 2, (y1 + y2) / 2];
