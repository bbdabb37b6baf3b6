// Measurements of structured reports whose places are in the patient, drawn where a plane goes through them.
import { type Cut, depthOf, onCut, unitOf } from './cut';
import { drawGraphic, write } from './drawing';
import { cross, dot, minus } from './geometry';
import { INK, valueLine } from './measurements';
import type { Graphic, Group, Point, Report, Shape } from './types';

const STEPS = Array.from({ length: 73 }, (_, step) => (step / 72) * 2 * Math.PI);

export function cutReport(cut: Cut, report: Report): void {
  for (const group of report.groups) drawGroup(cut, group);
}

function drawGroup(cut: Cut, group: Group): void {
  const graphics = group.shapes.flatMap((shape) => graphicOf(cut, shape));
  if (!graphics.length) return;
  for (const graphic of graphics) drawGraphic(cut, graphic, INK);
  const [x, y] = graphics.flatMap(({ points }) => points).reduce((best, point) => (point[0] > best[0] ? point : best));
  write(cut, [group.finding, ...group.values.map(valueLine)].filter(Boolean).join('\n'), x + 6, y + 14, INK);
}

/** The shape as far as it is on the plane (PS3.3 C.18.9.1.2). */
function graphicOf(cut: Cut, { type, places = [], frameOfReference }: Shape): Graphic[] {
  if (frameOfReference !== cut.frame || !places.length) return [];
  if (type === 'ELLIPSOID') return line(sectionOf(cut, places));
  if (places.some((place) => Math.abs(depthOf(cut, place)) > cut.half)) return [];
  const points = places.map((place) => onCut(cut, place));
  if (type === 'MULTIPOINT') return points.flatMap((point) => line([point], 'POINT'));
  return line(type === 'POLYGON' ? [...points, points[0]] : points, type === 'ELLIPSE' ? 'ELLIPSE' : 'POLYLINE');
}

function line(points: Point[], type = 'POLYLINE'): Graphic[] {
  return points.length ? [{ type, points, units: 'PIXEL', filled: false }] : [];
}

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
