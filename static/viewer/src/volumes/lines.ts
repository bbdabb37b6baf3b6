// Lengths and angles of places in the patient.
import { dot, type Vector } from './geometry';

const DEGREES = 180 / Math.PI;

export function between(from: ArrayLike<number>, to: ArrayLike<number>): Vector {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}

export function lengthOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(...between(a, b));
}

/** Degrees at `tip`; 0 where one of the sides has no length. */
export function angleAt(a: Vector, tip: Vector, b: Vector): number {
  const [one, other] = [between(tip, a), between(tip, b)];
  const size = Math.hypot(...one) * Math.hypot(...other);
  return size > 0 ? Math.acos(Math.min(1, Math.max(-1, dot(one, other) / size))) * DEGREES : 0;
}
