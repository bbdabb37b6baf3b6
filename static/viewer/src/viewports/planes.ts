// What an object wants drawn over its picture: overlay planes (PS3.3 C.9.2) and the shutters that cover its border (C.7.6.11).
import { bytesOf } from '../datasource/bulk';
import { isColour, type Dataset, number, numbers, text, values } from '../datasource/dicomjson';
import { metadataOf, placeOf } from '../datasource/datasource';
import type { Pane } from './pane';
import { pixelToPlace, type Point } from '../measuring/places';

const INK = [134, 180, 224];
const GROUPS = Array.from({ length: 16 }, (_, index) => (0x6000 + 2 * index).toString(16));
const on = { planes: true, shutter: true };

export function isDrawn(kind: 'planes' | 'shutter'): boolean {
  return on[kind];
}

/** Show or hide a kind everywhere; gives whether it is shown now. */
export function toggleDrawn(kind: 'planes' | 'shutter'): boolean {
  on[kind] = !on[kind];
  return on[kind];
}

/** Draw anew over a pane what belongs to the picture that it shows. */
export function drawPlanes(pane: Pane): void {
  const canvas = pane.part('planes') as unknown as HTMLCanvasElement;
  const imageId = pane.count() ? pane.shownId() : '';
  const ds = imageId ? metadataOf(imageId) : {};
  const groups = on.planes ? GROUPS.filter((group) => ds[`${group}3000`]) : [];
  const shapes = on.shutter ? values(ds, '00181600').map(String) : [];
  canvas.hidden = groups.length === 0 && shapes.length === 0;
  if (canvas.hidden) return;
  const context = fitted(canvas, pane);
  if (!context || !onPicture(context, pane, imageId, ds)) return;
  cover(context, ds, shapes);
  for (const group of groups) drawGroup(context, pane, imageId, ds, group);
}

function fitted(canvas: HTMLCanvasElement, pane: Pane): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(pane.surface.clientWidth * ratio);
  canvas.height = Math.round(pane.surface.clientHeight * ratio);
  return canvas.getContext('2d');
}

/** From now on `context` is drawn on in pixels of the picture, however that is turned; false when its place is not known. */
function onPicture(context: CanvasRenderingContext2D, pane: Pane, imageId: string, ds: Dataset): boolean {
  const [columns, rows] = [number(ds, '00280011') ?? 0, number(ds, '00280010') ?? 0];
  const ratio = window.devicePixelRatio || 1;
  const at = (place: Point) => {
    const world = pixelToPlace(imageId, place);
    return world ? pane.viewport.worldToCanvas(world).map((part) => part * ratio) : undefined;
  };
  const [start, across, down] = [at([0, 0]), at([columns, 0]), at([0, rows])];
  if (!start || !across || !down || !columns || !rows) return false;
  context.setTransform((across[0] - start[0]) / columns, (across[1] - start[1]) / columns, (down[0] - start[0]) / rows, (down[1] - start[1]) / rows, start[0], start[1]);
  return true;
}

/** Every shape covers what lies outside of it. */
function cover(context: CanvasRenderingContext2D, ds: Dataset, shapes: string[]): void {
  const [columns, rows] = [number(ds, '00280011') ?? 0, number(ds, '00280010') ?? 0];
  context.fillStyle = shutterColour(ds);
  for (const shape of shapes) {
    const inside = SHUTTERS[shape]?.(ds);
    if (!inside) continue;
    const path = new Path2D();
    path.rect(0, 0, columns, rows);
    path.addPath(inside);
    context.fill(path, 'evenodd');
  }
}

const SHUTTERS: Record<string, (ds: Dataset) => Path2D | undefined> = { RECTANGULAR: rectangle, CIRCULAR: circle, POLYGONAL: polygon };

function rectangle(ds: Dataset): Path2D | undefined {
  const [left, right, upper, lower] = ['00181602', '00181604', '00181606', '00181608'].map((tag) => number(ds, tag));
  if (left === undefined || right === undefined || upper === undefined || lower === undefined) return undefined;
  const path = new Path2D();
  path.rect(left - 1, upper - 1, right - left + 1, lower - upper + 1);
  return path;
}

function circle(ds: Dataset): Path2D | undefined {
  const [row, column] = numbers(ds, '00181610');
  const radius = number(ds, '00181612');
  if (row === undefined || column === undefined || !radius) return undefined;
  const path = new Path2D();
  path.arc(column - 0.5, row - 0.5, radius, 0, 2 * Math.PI);
  return path;
}

function polygon(ds: Dataset): Path2D | undefined {
  const places = numbers(ds, '00181620');
  if (places.length < 6) return undefined;
  const path = new Path2D();
  for (let at = 0; at + 1 < places.length; at += 2) path.lineTo(places[at + 1] - 0.5, places[at] - 0.5);
  path.closePath();
  return path;
}

/** Black unless the object names a grey. */
function shutterColour(ds: Dataset): string {
  const grey = isColour(ds) ? 0 : Math.round((number(ds, '00181622') ?? 0) / 257);
  return `rgb(${grey}, ${grey}, ${grey})`;
}

const drawings = new Map<string, Promise<ImageBitmap | undefined>>();

/** A plane comes when it is there, if its picture is still the one that is shown. */
function drawGroup(context: CanvasRenderingContext2D, pane: Pane, imageId: string, ds: Dataset, group: string): void {
  const key = `${imageId}#${group}`;
  const known = ready.get(key);
  if (known) {
    const [row = 1, column = 1] = numbers(ds, `${group}0050`);
    context.drawImage(known, column - 1, row - 1);
    return;
  }
  if (drawings.has(key)) return;
  const drawing = drawPlane(ds, group, placeOf(imageId).frame).catch(() => undefined);
  drawings.set(key, drawing);
  void drawing.then((picture) => {
    if (!picture) return;
    ready.set(key, picture);
    pane.queueOverlays();
  });
}

const ready = new Map<string, ImageBitmap>();

/** One frame of an overlay as a picture with nothing where it has no mark; bits are packed, the lowest first. */
async function drawPlane(ds: Dataset, group: string, frame: number): Promise<ImageBitmap | undefined> {
  const [rows, columns] = [number(ds, `${group}0010`) ?? 0, number(ds, `${group}0011`) ?? 0];
  const bytes = await bytesOf(ds[`${group}3000`]);
  const index = frame - (number(ds, `${group}0051`) ?? 1);
  if (!bytes || !rows || !columns || index < 0 || index >= (number(ds, `${group}0015`) ?? 1)) return undefined;
  if (text(ds, `${group}0102`) && number(ds, `${group}0102`) !== 0) return undefined;
  const image = new ImageData(columns, rows);
  const start = index * rows * columns;
  for (let at = 0; at < rows * columns; at++) {
    const bit = start + at;
    if ((bytes[bit >> 3] >> (bit & 7)) & 1) image.data.set([...INK, 255], 4 * at);
  }
  return createImageBitmap(image);
}
