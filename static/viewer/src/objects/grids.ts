// Values of a grid between its points. Plain reckoning; nothing is drawn here.
import type { Dose } from './types';

/** Between which planes a depth lies, as a number with its fraction; undefined outside of them. */
export function levelAt(offsets: number[], depth: number): number | undefined {
  if (offsets.length === 1) return Math.abs(depth - offsets[0]) <= 0.5 ? 0 : undefined;
  for (let at = 0; at + 1 < offsets.length; at++) {
    const part = (depth - offsets[at]) / (offsets[at + 1] - offsets[at]);
    if (part >= 0 && part <= 1) return at + part;
  }
  return undefined;
}

/** Between the eight points around; 0 outside of the grid. */
export function valueAt({ rows, columns, frames }: Pick<Dose, 'rows' | 'columns' | 'frames'>, grid: ArrayLike<number>, column: number, row: number, level: number | undefined): number {
  if (level === undefined || column < 0 || row < 0 || column > columns - 1 || row > rows - 1) return 0;
  const [i, j, k] = [Math.floor(column), Math.floor(row), Math.floor(level)];
  const [u, v, w] = [column - i, row - j, level - k];
  const [i2, j2, k2] = [Math.min(i + 1, columns - 1), Math.min(j + 1, rows - 1), Math.min(k + 1, frames - 1)];
  const flat = (plane: number) => {
    const [upper, lower] = [(plane * rows + j) * columns, (plane * rows + j2) * columns];
    return (grid[upper + i] * (1 - u) + grid[upper + i2] * u) * (1 - v) + (grid[lower + i] * (1 - u) + grid[lower + i2] * u) * v;
  };
  return flat(k) * (1 - w) + flat(k2) * w;
}
