// Dose on cut planes: bands of colour, or their edges as isodoses, interpolated between the points of the grid.
import { say } from '../boot';
import { TOP, valuesOfDose } from './dose';
import type { Cut } from './cut';
import { coloured, slopesOf } from './raster';
import type { Dose, Layer } from './types';

export function doseCutMisfit(object: Dose, frame: string): string {
  return object.frameOfReference === frame ? '' : say('otherFrameOfReference');
}

export function cutDose(cut: Cut, study: string, object: Dose, layers: Layer[], opacity: number, outline: boolean, repaint: () => void): void {
  const values = valuesOfDose(study, object, repaint);
  if (!values) return;
  const [width, height] = [Math.floor(cut.width), Math.floor(cut.height)];
  const owners = new Uint16Array(width * height);
  const grid = new Uint16Array(values.bytes);
  const bands = layers.map(({ id, shown }, index) => ({ from: (Number(id) / 100) * TOP, owner: shown ? index + 1 : 0 }));
  const { column, row, depth } = slopesOf(cut, object);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = ({ start, perX, perY }: { start: number; perX: number; perY: number }) => start + perX * (x + 0.5) + perY * (y + 0.5);
      const value = valueAt(object, grid, at(column), at(row), levelAt(object.offsets, at(depth)));
      if (value > 0) owners[y * width + x] = bands.find(({ from }) => value >= from)?.owner ?? 0;
    }
  }
  cut.context.globalAlpha = outline ? 1 : opacity;
  cut.context.drawImage(coloured(owners, width, height, layers.map(({ colour }) => colour), outline), 0, 0);
}

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
