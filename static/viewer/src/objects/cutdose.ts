// Dose on cut planes: bands of colour, or their edges as isodoses, interpolated between the points of the grid.
import { say } from '../boot';
import { TOP, valuesOfDose } from './dose';
import { levelAt, valueAt } from './grids';
import type { Cut } from './planar';
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
