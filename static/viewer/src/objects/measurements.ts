// Measurements of structured reports, drawn with their values; nobody changes them here.
import { placeOf } from '../datasource/datasource';
import { drawGraphic, write } from './drawing';
import { sectionOf } from './sections';
import { distance, normalOf, type PicturePlane, pixelOf, placeAt, reach } from './geometry';
import type { Sheet } from './layers';
import type { Graphic, Point, Report, Shape } from './types';
import { valueLine } from './valueline';

export const INK = '#8fd3ff';
const KINDS: Record<string, string> = { POLYGON: 'POLYLINE', MULTIPOINT: 'POINT' };

export function drawReport(sheet: Sheet, report: Report): void {
  for (const group of report.groups) {
    const graphics = group.shapes.flatMap((shape) => graphicOn(sheet, shape));
    if (!graphics.length) continue;
    for (const graphic of graphics) drawGraphic(sheet, graphic, INK);
    const [x, y] = rightmost(sheet, graphics);
    write(sheet, [group.finding, ...group.values.map(valueLine)].filter(Boolean).join('\n'), x + 6, y + 14, INK);
  }
}

function rightmost(sheet: Sheet, graphics: Graphic[]): Point {
  const points = graphics.flatMap((graphic) => graphic.points.map(([x, y]) => sheet.at(x, y)));
  return points.reduce((best, point) => (point[0] > best[0] ? point : best));
}

/** The shape as far as it is on the shown picture. */
function graphicOn(sheet: Sheet, shape: Shape): Graphic[] {
  const points = shape.places ? inPlane(sheet, shape) : onPicture(sheet, shape);
  if (!points.length) return [];
  if (shape.type === 'MULTIPOINT') return points.map((point) => ({ type: 'POINT', points: [point], units: 'PIXEL', filled: false }));
  if (shape.type === 'ELLIPSOID') return [{ type: 'POLYLINE', points, units: 'PIXEL', filled: false }];
  const closed = shape.type === 'POLYGON' ? [...points, points[0]] : points;
  return [{ type: KINDS[shape.type] ?? shape.type, points: closed, units: 'PIXEL', filled: false }];
}

function onPicture(sheet: Sheet, shape: Shape): Point[] {
  const place = placeOf(sheet.imageId);
  return shape.instance === place.instance && (shape.frame === null || shape.frame === place.frame) ? shape.points ?? [] : [];
}

function inPlane({ pane, plane }: Sheet, shape: Shape): Point[] {
  const places = shape.places ?? [];
  const most = reach(pane, plane);
  if (shape.frameOfReference === plane.frameOfReferenceUID && shape.type === 'ELLIPSOID') return sectionOf(pixelsOf(plane), places);
  if (shape.frameOfReference !== plane.frameOfReferenceUID || places.some((place) => Math.abs(distance(plane, place)) > most)) return [];
  return places.map((place) => pixelOf(plane, place));
}

/** A picture as a plane whose steps are its pixels. */
function pixelsOf(plane: PicturePlane): Parameters<typeof sectionOf>[0] {
  const step = (cosines: number[], mm: number) => cosines.map((part) => part * mm);
  return { origin: placeAt(plane, [0, 0]), right: step(plane.rowCosines, plane.columnPixelSpacing), down: step(plane.columnCosines, plane.rowPixelSpacing), normal: normalOf(plane) };
}
