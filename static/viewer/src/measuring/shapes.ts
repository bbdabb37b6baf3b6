// Regions on a picture in its own pixels: their area, their edge, and which pixels lie inside.
import type { Point } from './places';

export interface Shape {
  /** In pixels. */
  area: number;
  top: number;
  bottom: number;
  /** The edge, closed, as fine as its length needs. */
  outline: Point[];
  /** From where to where a line across at this height is inside; even in number, rising. */
  crossings: (height: number) => number[];
}

/** A closed line through `corners`. */
export function polygon(corners: Point[]): Shape {
  const sides = corners.map((start, index) => [start, corners[(index + 1) % corners.length]] as const);
  const doubled = sides.reduce((sum, [[x1, y1], [x2, y2]]) => sum + x1 * y2 - x2 * y1, 0);
  const rows = corners.map(([, y]) => y);
  return {
    area: Math.abs(doubled) / 2,
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    outline: [...corners, corners[0]],
    crossings: (height) => sides
      .filter(([[, y1], [, y2]]) => y1 <= height !== y2 <= height)
      .map(([[x1, y1], [x2, y2]]) => x1 + ((height - y1) / (y2 - y1)) * (x2 - x1))
      .sort((a, b) => a - b),
  };
}

/** From the middle and two half diameters that need not stand upright. */
export function ellipse([x, y]: Point, [ux, uy]: Point, [vx, vy]: Point): Shape {
  const corners = Array.from({ length: 180 }, (_, step) => (step * Math.PI) / 90)
    .map((turn): Point => [x + ux * Math.cos(turn) + vx * Math.sin(turn), y + uy * Math.cos(turn) + vy * Math.sin(turn)]);
  return { ...polygon(corners), area: Math.PI * Math.abs(ux * vy - uy * vx) };
}

/** Calls `visit` for every pixel of a picture whose middle is inside. */
export function eachPixel(shape: Shape, columns: number, rows: number, visit: (column: number, row: number) => void): void {
  for (let row = Math.max(0, Math.floor(shape.top)); row < Math.min(rows, Math.ceil(shape.bottom)); row++) {
    const ends = shape.crossings(row + 0.5);
    for (let side = 0; side + 1 < ends.length; side += 2) {
      const last = Math.min(columns - 1, Math.ceil(ends[side + 1] - 0.5) - 1);
      for (let column = Math.max(0, Math.ceil(ends[side] - 0.5)); column <= last; column++) visit(column, row);
    }
  }
}
