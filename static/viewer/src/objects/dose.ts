// Dose of radiotherapy as bands of colour, in parts of the highest dose; planes between two of the grid are interpolated.
import { say } from '../boot';
import { valuesAddress } from './addresses';
import { cross, distance, dot, isParallel, minus, type PicturePlane } from './geometry';
import type { Sheet } from './layers';
import { coloured } from './raster';
import { corners, lay } from './segments';
import type { Dose, Layer } from './types';
import { type Fetched, valuesAt } from './values';

const BANDS: [number, string][] = [[95, '#e0402f'], [80, '#f08c2e'], [50, '#e6c34a'], [30, '#5fbf5a'], [10, '#4a8fe0']];
export const TOP = 65535;

export function doseLayers(): Layer[] {
  return BANDS.map(([percent, colour]) => ({ id: String(percent), label: `≥ ${percent} %`, hint: '', colour, shown: true }));
}

export function valuesOfDose(study: string, object: Dose, repaint: () => void): Fetched | undefined {
  return valuesAt(valuesAddress(study, object.uid), repaint);
}

/** The dose at which a band begins, once the values are here. */
export function bandDose(study: string, object: Dose, layer: Layer, repaint: () => void): string {
  const values = object.units === 'GY' ? valuesOfDose(study, object, repaint) : undefined;
  return values ? `${((values.highest * Number(layer.id)) / 100).toFixed(1)} Gy` : '';
}

/** What the percentages are of, once it is here. */
export function doseScale(study: string, object: Dose, repaint: () => void): string {
  const values = valuesOfDose(study, object, repaint);
  return values ? say('doseHighest', { value: `${values.highest.toFixed(2)} ${object.units === 'GY' ? 'Gy' : '%'}` }) : say('loading');
}

export function doseMisfit(object: Dose, plane: PicturePlane): string {
  if (object.frameOfReference !== plane.frameOfReferenceUID) return say('otherFrameOfReference');
  return isParallel(plane, object.orientation) ? '' : say('otherDirection');
}

export function drawDose(sheet: Sheet, study: string, object: Dose, layers: Layer[], opacity: number, outline: boolean, repaint: () => void): void {
  if (doseMisfit(object, sheet.plane)) return;
  const values = valuesOfDose(study, object, repaint);
  if (!values) return;
  const level = levelOf(sheet.plane, object);
  if (level !== undefined) lay(sheet, band(object, values, level, layers, outline), corners(sheet, object, planeAt(object)), outline ? 1 : opacity);
}

function planeAt(object: Dose): Parameters<typeof corners>[2] {
  return { instance: '', frame: null, position: object.position, orientation: object.orientation, spacing: object.spacing };
}

/** Between which planes of the grid the picture lies, as a number with its fraction; undefined outside of the grid. */
function levelOf(plane: PicturePlane, object: Dose): number | undefined {
  const normal = cross(object.orientation.slice(0, 3), object.orientation.slice(3));
  const depth = dot(minus(plane.imagePositionPatient, object.position), normal);
  const step = object.offsets.length > 1 ? Math.abs(object.offsets[1] - object.offsets[0]) : 1;
  const nearest = object.offsets.findIndex((offset) => Math.abs(offset - depth) <= 1e-3);
  if (nearest >= 0) return nearest;
  for (let at = 0; at + 1 < object.offsets.length; at++) {
    const [from, to] = [object.offsets[at], object.offsets[at + 1]];
    if ((depth - from) * (depth - to) < 0) return at + (depth - from) / (to - from);
  }
  return object.offsets.length === 1 && Math.abs(distance(plane, object.position)) <= step / 2 ? 0 : undefined;
}

function band(object: Dose, { bytes }: Fetched, level: number, layers: Layer[], outline: boolean): HTMLCanvasElement {
  const { rows, columns } = object;
  const [below, part] = [Math.floor(level), level - Math.floor(level)];
  const above = Math.min(below + 1, object.frames - 1);
  const [size, grid] = [rows * columns, new Uint16Array(bytes)];
  const bands = layers.map(({ id, shown }, index) => ({ from: (Number(id) / 100) * TOP, owner: shown ? index + 1 : 0 }));
  const owners = Uint16Array.from({ length: size }, (_, at) => {
    const value = grid[below * size + at] * (1 - part) + grid[above * size + at] * part;
    return value > 0 ? bands.find(({ from }) => value >= from)?.owner ?? 0 : 0;
  });
  return coloured(owners, columns, rows, layers.map(({ colour }) => colour), outline);
}
