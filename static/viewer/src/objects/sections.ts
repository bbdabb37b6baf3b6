// Where planes cut ellipsoids (PS3.3 C.18.9.1.2).
import { cross, type Cut, depthOf, dot, minus, onCut, unitOf } from './planar';
import type { Point } from './types';

const STEPS = Array.from({ length: 73 }, (_, step) => (step / 72) * 2 * Math.PI);

/** Where a plane cuts an ellipsoid that is given by the ends of its three axes; nothing where it passes by. */
export function sectionOf(cut: Pick<Cut, 'origin' | 'right' | 'down' | 'normal'>, ends: number[][]): Point[] {
  if (ends.length !== 6) return [];
  const centre = ends[0].map((part, axis) => (part + ends[1][axis]) / 2);
  const axes = [0, 2, 4].map((at) => minus(ends[at + 1], ends[at]).map((part) => part / 2));
  // In the measure of its axes the ellipsoid is a ball of radius 1, and the plane is one still.
  const tilted = axes.map((axis) => dot(axis, cut.normal));
  const size = Math.hypot(...tilted);
  const away = size > 0 ? -depthOf(cut, centre) / size : Infinity;
  if (Math.abs(away) >= 1) return [];
  const n = unitOf(tilted);
  const u = unitOf(cross(n, Math.abs(n[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]));
  const v = cross(n, u);
  const radius = Math.sqrt(1 - away * away);
  return STEPS.map((turn) => {
    const ball = n.map((part, axis) => part * away + radius * (u[axis] * Math.cos(turn) + v[axis] * Math.sin(turn)));
    return onCut(cut, centre.map((part, axis) => part + axes.reduce((sum, one, at) => sum + one[axis] * ball[at], 0)));
  });
}
