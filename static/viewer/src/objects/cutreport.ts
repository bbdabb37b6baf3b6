// Measurements of structured reports whose places are in the patient, drawn where a plane goes through them.
import { drawGraphic, write } from './drawing';
import { INK } from './measurements';
import { valueLine } from './valueline';
import { type Cut, depthOf, onCut } from './planar';
import { sectionOf } from './sections';
import type { Graphic, Group, Point, Report, Shape } from './types';

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
