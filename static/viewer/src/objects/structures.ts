// Structure sets of radiotherapy: contours that lie in the shown slice, by the geometry of the frame of reference.
import { say } from '../boot';
import { distance, pixelOf, type PicturePlane, reach } from './geometry';
import type { Sheet } from './layers';
import { usualColour } from './segments';
import type { Layer, Structure, StructureSet } from './types';

export function structureLayers(object: StructureSet): Layer[] {
  return object.structures.map((structure, index) => ({
    id: String(structure.number), label: structure.label, hint: [structure.type, structure.contours.length ? '' : say('noContours')].filter(Boolean).join(' · '),
    colour: structure.colour || usualColour(index), shown: structure.contours.length > 0,
  }));
}

/** Why none of it can be drawn on the shown series; nothing when some can. */
export function structuresMisfit(object: StructureSet, plane: PicturePlane): string {
  const drawn = object.structures.filter((structure) => structure.contours.length);
  if (!drawn.some((structure) => structure.frameOfReference === plane.frameOfReferenceUID)) return say('otherFrameOfReference');
  return drawn.some((structure) => structure.contours.some(({ places }) => isFlat(plane, places))) ? '' : say('otherDirection');
}

/** Whether a contour runs along the slices and not across them. */
function isFlat(plane: PicturePlane, places: number[][]): boolean {
  const depths = places.map((place) => distance(plane, place));
  return depths.length > 0 && Math.max(...depths) - Math.min(...depths) < 0.1;
}

export function drawStructures(sheet: Sheet, object: StructureSet, layers: Layer[], opacity: number, outline: boolean): void {
  const most = reach(sheet.pane, sheet.plane);
  for (const structure of object.structures) {
    const layer = layers.find((one) => one.id === String(structure.number));
    if (layer?.shown && structure.frameOfReference === sheet.plane.frameOfReferenceUID) drawStructure(sheet, structure, layer.colour, outline ? 0 : opacity, most);
  }
}

function drawStructure({ context, plane, at }: Sheet, structure: Structure, colour: string, opacity: number, most: number): void {
  context.beginPath();
  for (const { type, places } of structure.contours) {
    if (!places.length || Math.abs(distance(plane, places[0])) > most || !isFlat(plane, places)) continue;
    const points = places.map((place) => at(...pixelOf(plane, place)));
    if (type === 'POINT') context.moveTo(points[0][0] + 3, points[0][1]);
    if (type === 'POINT') context.arc(points[0][0], points[0][1], 3, 0, 2 * Math.PI);
    else points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    if (type.startsWith('CLOSED')) context.closePath();
  }
  context.globalAlpha = opacity * 0.5;
  context.fillStyle = colour;
  context.fill('evenodd');
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
}
