// Structure sets on cut planes: what of each structure the plane goes through, as one area with a line around it.
import { say } from '../boot';
import { type Levels, levelsOf, pathsOf } from './contours';
import { type Cut, depthOf, onCut } from './planar';
import type { Layer, Point, Structure, StructureSet } from './types';

const known = new WeakMap<Structure, { levels: Levels | undefined }>();

export function structuresCutMisfit(object: StructureSet, frame: string): string {
  const drawn = object.structures.filter(({ contours }) => contours.length);
  return drawn.some((structure) => structure.frameOfReference === frame) ? '' : say('otherFrameOfReference');
}

export function cutStructures(cut: Cut, object: StructureSet, layers: Layer[], opacity: number, outline: boolean): void {
  for (const structure of object.structures) {
    const layer = layers.find(({ id }) => id === String(structure.number));
    if (!layer?.shown || structure.frameOfReference !== cut.frame) continue;
    let levels = known.get(structure);
    if (!levels) known.set(structure, (levels = { levels: levelsOf(structure) }));
    const shape = levels.levels && shapeOn(cut, levels.levels, layer.colour);
    if (shape) lay(cut, shape, opacity, outline);
    drawPoints(cut, structure, layer.colour);
  }
}

/** What of a structure is in the plane, as one area of its colour; undefined when nothing is. */
function shapeOn(cut: Cut, { normal, levels, half }: Levels, colour: string): HTMLCanvasElement | undefined {
  const paths = levels.flatMap((level) => pathsOf(cut, normal, level, half));
  if (!paths.length) return undefined;
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.ceil(cut.width), height: Math.ceil(cut.height) });
  const context = canvas.getContext('2d')!;
  context.fillStyle = colour;
  for (const { outlines, clip } of paths) {
    context.save();
    if (clip) {
      trace(context, [clip]);
      context.clip();
    }
    trace(context, outlines);
    context.fill('evenodd');
    context.restore();
  }
  return canvas;
}

function trace(context: CanvasRenderingContext2D, outlines: Point[][]): void {
  context.beginPath();
  for (const outline of outlines) {
    outline.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
  }
}

const BORDER: Point[] = [[1.5, 0], [-1.5, 0], [0, 1.5], [0, -1.5]];

/** The area, and a line around all of it: what is beside it and not in it. */
function lay({ context }: Cut, shape: HTMLCanvasElement, opacity: number, outline: boolean): void {
  const border = Object.assign(document.createElement('canvas'), { width: shape.width, height: shape.height });
  const edge = border.getContext('2d')!;
  for (const [x, y] of BORDER) edge.drawImage(shape, x, y);
  edge.globalCompositeOperation = 'destination-out';
  edge.drawImage(shape, 0, 0);
  context.globalAlpha = opacity * 0.5;
  if (!outline) context.drawImage(shape, 0, 0);
  context.globalAlpha = 1;
  context.drawImage(border, 0, 0);
}

function drawPoints(cut: Cut, { contours }: Structure, colour: string): void {
  cut.context.fillStyle = colour;
  for (const { type, places } of contours) {
    if (type !== 'POINT' || !places.length || Math.abs(depthOf(cut, places[0])) > cut.half) continue;
    cut.context.beginPath();
    cut.context.arc(...onCut(cut, places[0]), 3, 0, 2 * Math.PI);
    cut.context.fill();
  }
}
