// Graphics and letters on a sheet, in pixels of the picture or parts of the screen.
import type { Paper } from './planar';
import type { Graphic, Lettering, Point } from './types';

const EDGE = 'rgb(0 0 0 / 0.85)';
const FONT = '13px Inter, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

/** A place on the screen; parts of the displayed area go from its upper left corner (PS3.3 C.10.5). */
export function placeOn(sheet: Paper, [x, y]: Point, units: string): Point {
  return units === 'DISPLAY' ? [x * sheet.width, y * sheet.height] : sheet.at(x, y);
}

export function drawGraphic(sheet: Paper, graphic: Graphic, colour: string): void {
  const points = outlineOf(graphic).map((point) => placeOn(sheet, point, graphic.units));
  if (!points.length) return;
  const { context } = sheet;
  context.beginPath();
  if (points.length === 1) context.arc(points[0][0], points[0][1], 3, 0, 2 * Math.PI);
  else points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  stroke(context, colour);
  if (!graphic.filled && points.length > 1) return;
  context.fillStyle = colour;
  context.globalAlpha = points.length === 1 ? 1 : 0.35;
  context.fill();
  context.globalAlpha = 1;
}

function stroke(context: CanvasRenderingContext2D, colour: string): void {
  for (const [width, ink] of [[3.5, EDGE], [1.5, colour]] as const) {
    context.lineWidth = width;
    context.strokeStyle = ink;
    context.stroke();
  }
}

/** The line of a graphic, curves as many short ones. */
function outlineOf({ type, points }: Graphic): Point[] {
  if (type === 'CIRCLE' && points.length >= 2) return circle(points[0], points[1]);
  if (type === 'ELLIPSE' && points.length >= 4) return ellipse(points);
  if (type === 'INTERPOLATED' && points.length > 2) return curve(points);
  return points;
}

const TURNS = Array.from({ length: 73 }, (_, step) => (step / 72) * 2 * Math.PI);

function circle([x, y]: Point, [ex, ey]: Point): Point[] {
  const radius = Math.hypot(ex - x, ey - y);
  return TURNS.map((turn) => [x + radius * Math.cos(turn), y + radius * Math.sin(turn)]);
}

/** From the ends of its long and of its short axis. */
function ellipse([a, b, c, d]: Point[]): Point[] {
  const centre = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const [long, short] = [[(b[0] - a[0]) / 2, (b[1] - a[1]) / 2], [(d[0] - c[0]) / 2, (d[1] - c[1]) / 2]];
  return TURNS.map((turn) => [0, 1].map((axis) => centre[axis] + long[axis] * Math.cos(turn) + short[axis] * Math.sin(turn)) as Point);
}

/** A curve through its points (Catmull-Rom). */
function curve(points: Point[]): Point[] {
  const at = (index: number) => points[Math.min(points.length - 1, Math.max(0, index))];
  return points.slice(1).flatMap((_point, index) => Array.from({ length: 12 }, (_, step) => between(at(index - 1), at(index), at(index + 1), at(index + 2), step / 11)));
}

function between(a: Point, b: Point, c: Point, d: Point, t: number): Point {
  return [0, 1].map((axis) => 0.5 * (2 * b[axis] + (c[axis] - a[axis]) * t + (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t
    + (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t * t * t)) as Point;
}

export function drawLettering(sheet: Paper, lettering: Lettering, colour: string): void {
  if (lettering.at.length < 2) return;
  const [x, y] = placeOn(sheet, lettering.at as Point, lettering.units);
  if (lettering.to.length === 2) {
    const [ex, ey] = placeOn(sheet, lettering.to as Point, lettering.toUnits);
    sheet.context.beginPath();
    sheet.context.moveTo(x, y);
    sheet.context.lineTo(ex, ey);
    stroke(sheet.context, colour);
  }
  write(sheet, lettering.text, x + 4, y + 16, colour);
}

/** Lines of text with a dark edge, kept within the sheet. */
export function write({ context, width, height }: Paper, text: string, x: number, y: number, colour: string): void {
  context.font = FONT;
  context.lineJoin = 'round';
  const lines = text.split(/\r?\n/).slice(0, 40);
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  const left = Math.min(Math.max(2, x), Math.max(2, width - widest - 2));
  const top = Math.min(Math.max(14, y), Math.max(14, height - 4 - (lines.length - 1) * 16));
  lines.forEach((line, index) => {
    context.lineWidth = 3;
    context.strokeStyle = EDGE;
    context.strokeText(line, left, top + index * 16);
    context.fillStyle = colour;
    context.fillText(line, left, top + index * 16);
  });
}
