// Segmentations: the bits of a segment, or the labels of all, fetched once, laid over the picture that they are for.
import { say } from '../boot';
import { placeOf } from '../datasource/datasource';
import { valuesAddress } from './addresses';
import { cross, distance, dot, isParallel, minus, pixelOf, type PicturePlane, reach } from './geometry';
import type { Sheet } from './layers';
import { coloured } from './raster';
import type { Layer, Plane, Point, Segment, Segmentation } from './types';
import { valuesAt } from './values';

const drawn = new Map<string, HTMLCanvasElement>();
const MOST_DRAWN = 200;
const USUAL = ['#e8704a', '#5ab0f0', '#7ccf6b', '#e6c34a', '#c58af0', '#4fd0c0', '#f08ab8', '#b0b8c4'];

export function usualColour(index: number): string {
  return USUAL[index % USUAL.length];
}

export function segmentLayers(object: Segmentation): Layer[] {
  return object.segments.map((segment, index) => ({
    id: String(segment.number), label: segment.label || `${segment.number}`, hint: [segment.type, segment.algorithm].filter(Boolean).join(' · '),
    colour: segment.colour || usualColour(index), shown: true,
  }));
}

/** Why none of it can be laid over the shown series; nothing when some can. */
export function segmentsMisfit(object: Segmentation, plane: PicturePlane): string {
  const planes = object.segments.flatMap((segment) => segment.planes);
  if (planes.some((one) => one.instance && !one.position.length)) return '';
  if (object.frameOfReference && plane.frameOfReferenceUID !== object.frameOfReference) return say('otherFrameOfReference');
  return planes.some((one) => isParallel(plane, one.orientation)) ? '' : say('otherDirection');
}

export function drawSegments(sheet: Sheet, study: string, object: Segmentation, layers: Layer[], opacity: number, outline: boolean, repaint: () => void): void {
  if (object.labelBytes) return drawLabels(sheet, study, object, layers, opacity, outline, repaint);
  for (const segment of object.segments) {
    const layer = layers.find((one) => one.id === String(segment.number));
    if (!layer?.shown) continue;
    const index = planeFor(sheet, object, segment);
    if (index === undefined) continue;
    const values = bitsOf(study, object, segment, repaint);
    if (values) lay(sheet, mask(object, segment, index, values, layer.colour, outline), corners(sheet, object, segment.planes[index]), outline ? 1 : opacity);
  }
}

/** A map of labels has one plane for all of its segments. */
function drawLabels(sheet: Sheet, study: string, object: Segmentation, layers: Layer[], opacity: number, outline: boolean, repaint: () => void): void {
  const index = planeFor(sheet, object, object.segments[0]);
  const labels = index === undefined ? undefined : labelsOf(study, object, repaint);
  if (!labels || index === undefined) return;
  lay(sheet, labelled(object, index, labels, layers, outline), corners(sheet, object, object.planes[index]), outline ? 1 : opacity);
}

function labelled(object: Segmentation, index: number, labels: Uint8Array | Uint16Array, layers: Layer[], outline: boolean): HTMLCanvasElement {
  const key = [object.uid, index, outline, ...layers.map(({ colour, shown }) => (shown ? colour : ''))].join('/');
  return drawnOnce(key, () => {
    const owner = new Map(layers.map(({ id, shown }, at) => [Number(id), shown ? at + 1 : 0]));
    const size = object.rows * object.columns;
    const owners = Uint16Array.from(labels.subarray(index * size, (index + 1) * size), (label) => owner.get(label) ?? 0);
    return coloured(owners, object.columns, object.rows, layers.map(({ colour }) => colour), outline);
  });
}

function drawnOnce(key: string, draw: () => HTMLCanvasElement): HTMLCanvasElement {
  const known = drawn.get(key);
  if (known) return known;
  if (drawn.size >= MOST_DRAWN) drawn.clear();
  const canvas = draw();
  drawn.set(key, canvas);
  return canvas;
}

/** The label of every point of every plane. */
export function labelsOf(study: string, object: Segmentation, repaint: () => void): Uint8Array | Uint16Array | undefined {
  const fetched = valuesAt(valuesAddress(study, object.uid), repaint);
  return fetched && (object.labelBytes === 1 ? new Uint8Array(fetched.bytes) : new Uint16Array(fetched.bytes));
}

/** The plane of the segment that is for the shown picture: named, or nearest to it in the patient. */
function planeFor(sheet: Sheet, object: Segmentation, segment: Segment): number | undefined {
  const place = placeOf(sheet.imageId);
  const named = segment.planes.findIndex((plane) => plane.instance === place.instance && (plane.frame === null || plane.frame === place.frame) && fits(sheet, object, plane));
  if (named >= 0) return named;
  if (object.frameOfReference !== sheet.plane.frameOfReferenceUID) return undefined;
  const most = reach(sheet.pane, sheet.plane);
  const near = segment.planes
    .map((plane, index) => ({ index, gap: plane.position.length === 3 && isParallel(sheet.plane, plane.orientation) ? Math.abs(distance(sheet.plane, plane.position)) : Infinity }))
    .sort((a, b) => a.gap - b.gap)[0];
  return near && near.gap <= most ? near.index : undefined;
}

/** Without a place in the patient a mask lies on its picture pixel by pixel, and only on one of its size. */
function fits(sheet: Sheet, object: Segmentation, plane: Plane): boolean {
  if (plane.position.length === 3) return isParallel(sheet.plane, plane.orientation);
  return object.rows === sheet.plane.rows && object.columns === sheet.plane.columns;
}

export function bitsOf(study: string, object: Segmentation, segment: Segment, repaint: () => void): Uint8Array | undefined {
  const fetched = valuesAt(valuesAddress(study, object.uid, segment.number), repaint);
  return fetched && new Uint8Array(fetched.bytes);
}

function mask(object: Segmentation, segment: Segment, index: number, values: Uint8Array, colour: string, outline: boolean): HTMLCanvasElement {
  return drawnOnce(`${object.uid}/${segment.number}/${index}/${colour}/${outline}`, () => {
    const size = object.rows * object.columns;
    const start = index * Math.ceil(size / 8);
    const owners = Uint16Array.from({ length: size }, (_, at) => (values[start + (at >> 3)] >> (at & 7)) & 1);
    return coloured(owners, object.columns, object.rows, [colour], outline);
  });
}

/** Upper left, upper right and lower left corner of a plane in pixels of the shown picture. */
export function corners({ plane: picture }: Sheet, size: { rows: number; columns: number }, plane: Plane): Point[] {
  if (plane.position.length !== 3 || plane.spacing.length !== 2) return [[0, 0], [size.columns, 0], [0, size.rows]];
  const [across, down] = [plane.orientation.slice(0, 3), plane.orientation.slice(3)];
  const at = (column: number, row: number) => plane.position.map((start, axis) =>
    start + across[axis] * (column - 0.5) * plane.spacing[1] + down[axis] * (row - 0.5) * plane.spacing[0]);
  return [at(0, 0), at(size.columns, 0), at(0, size.rows)].map((place) => pixelOf(picture, flat(picture, place)));
}

/** The place straight above or below it in the picture's plane. */
function flat(picture: PicturePlane, place: number[]): number[] {
  const normal = cross(picture.rowCosines, picture.columnCosines);
  const away = dot(minus(place, picture.imagePositionPatient), normal);
  return place.map((part, axis) => part - normal[axis] * away);
}

/** Draw a canvas between three corners given in pixels of the picture. */
export function lay({ context, at }: Sheet, canvas: HTMLCanvasElement, [a, b, c]: Point[], opacity: number): void {
  const [origin, right, down] = [at(...a), at(...b), at(...c)];
  context.save();
  context.globalAlpha = opacity;
  context.imageSmoothingEnabled = false;
  context.transform(
    (right[0] - origin[0]) / canvas.width, (right[1] - origin[1]) / canvas.width,
    (down[0] - origin[0]) / canvas.height, (down[1] - origin[1]) / canvas.height, origin[0], origin[1],
  );
  context.drawImage(canvas, 0, 0);
  context.restore();
}
