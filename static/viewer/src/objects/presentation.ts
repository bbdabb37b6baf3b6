// Presentation states: pictures are shown as their author saw them.
import type { Types } from '@cornerstonejs/core';
import { say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { type Dataset, isColour, items, number } from '../datasource/dicomjson';
import { spacingOf } from '../measuring/calibration';
import { screenDirections } from '../viewports/orientation';
import type { Pane } from '../viewports/pane';
import { pixelsPerMm } from '../viewports/screen';
import { bitmapOf } from './bitmaps';
import { drawGraphic, drawLettering, placeOn } from './drawing';
import { greyCurve, isCurved } from './greys';
import { dot, minus, placeAt, planeOf } from './geometry';
import type { Sheet } from './layers';
import { isNamed, itemFor } from './pictures';
import { lay } from './segments';
import type { Bitmap, Point, Presentation } from './types';

const PLAIN = '#8fd3ff';

/** Window, grey order, turn, flip and part of the shown picture, as the state has them. */
export function applyState(pane: Pane, state: Presentation, imageId: string): void {
  pane.reset();
  if (!isColour(metadataOf(imageId))) applyGrey(pane, state, imageId);
  pane.viewport.setCamera({ flipHorizontal: state.flipped });
  // The state flips what was turned, the viewport turns what was flipped.
  const rotation = state.flipped ? (360 - state.rotation) % 360 : state.rotation;
  pane.viewport.setViewPresentation({ rotation } as Types.ViewPresentation);
  applyArea(pane, state, imageId);
  pane.viewport.render();
}

function applyGrey(pane: Pane, state: Presentation, imageId: string): void {
  const window = itemFor(state.windows, imageId);
  if (isCurved(state, window)) return applyCurve(pane, state, imageId);
  if (state.shape) pane.viewport.setProperties({ invert: state.inverse });
  if (window?.centre === undefined || window.centre === null || !window.width) return;
  const ds = metadataOf(imageId);
  const [slope, intercept] = state.rescale.length === 2 && state.rescale[0] !== 0 ? state.rescale : [1, 0];
  const [own, ownIntercept] = [number(ds, '00281053') ?? 1, number(ds, '00281052') ?? 0];
  pane.setWindow(((window.centre - intercept) / slope) * own + ownIntercept, (window.width / slope) * own);
}

/** Tables and sigmoids, all in one curve over the values that the engine has. */
function applyCurve(pane: Pane, state: Presentation, imageId: string): void {
  const ds = metadataOf(imageId);
  // What a table of the picture itself made of the stored values cannot be undone here.
  if (items(ds, '00283000').length) return leaveOut(state, say('leftOutTables'));
  const own = { slope: number(ds, '00281053') || 1, intercept: number(ds, '00281052') ?? 0, isSigned: number(ds, '00280103') === 1 };
  const nodes = greyCurve(state, itemFor(state.windows, imageId) ?? windowNow(pane, own, state), own);
  if (nodes) pane.useCurve(nodes);
}

/** A state without a window is seen through the one that the picture has, in the state's own values. */
function windowNow(pane: Pane, own: { slope: number; intercept: number }, state: Presentation): Presentation['windows'][number] | undefined {
  const now = pane.window();
  if (!now || state.modalityTable) return undefined;
  const [slope, intercept] = state.rescale.length === 2 ? state.rescale : [1, 0];
  const there = (value: number) => ((value - own.intercept) / own.slope) * slope + intercept;
  return { for: [], centre: there(now.centre), width: (now.width / own.slope) * slope, function: 'LINEAR_EXACT', table: null };
}

/** Named in the list, once. */
function leaveOut(state: Presentation, words: string): void {
  if (!state.leftOut.includes(words)) state.leftOut.push(words);
}

function applyArea(pane: Pane, state: Presentation, imageId: string): void {
  const area = itemFor(state.areas, imageId);
  const plane = planeOf(imageId);
  if (!area || !plane || area.topLeft.length !== 2 || area.bottomRight.length !== 2) return;
  if (isOtherShape(area, metadataOf(imageId))) leaveOut(state, say('leftOutShape'));
  const [left, right] = sorted(area.topLeft[0], area.bottomRight[0]);
  const [top, bottom] = sorted(area.topLeft[1], area.bottomRight[1]);
  const isWhole = left <= 1 && top <= 1 && right >= plane.columns && bottom >= plane.rows;
  if (!isWhole || area.mode !== 'SCALE TO FIT') fit(pane, placeAt(plane, [left - 1, top - 1]), placeAt(plane, [right, bottom]));
  if (area.mode === 'MAGNIFY' && area.magnification[0] > 0) magnify(pane, area.magnification[0]);
  if (area.mode === 'TRUE SIZE') trueSize(pane, state, imageId);
}

/** So many pixels of the screen for one of the picture. */
function magnify(pane: Pane, ratio: number): void {
  pane.actualPixels();
  pane.zoom(ratio);
}

/** As large as in the patient, where the size of the picture and of the screen is known. */
function trueSize(pane: Pane, state: Presentation, imageId: string): void {
  const perMm = pixelsPerMm();
  const { scale } = spacingOf(metadataOf(imageId));
  if (perMm && scale !== 'none' && scale !== 'region') pane.trueSize(perMm);
  else leaveOut(state, say('leftOutSize'));
}

const SAME_SHAPE = 0.01;

/** Whether the state wants pixels of another shape than the picture's own say. */
function isOtherShape({ spacing, aspect }: Presentation['areas'][number], ds: Dataset): boolean {
  const [high, wide] = spacing.length === 2 ? spacing : aspect;
  if (!(high > 0 && wide > 0)) return false;
  const { row, column } = spacingOf(ds);
  return Math.abs(high / wide / (row / column) - 1) > SAME_SHAPE;
}

function sorted(a: number, b: number): [number, number] {
  return a <= b ? [a, b] : [b, a];
}

/** The part between two corners fills the pane. */
function fit(pane: Pane, from: number[], to: number[]): void {
  const { viewport, surface } = pane;
  const { right, down } = screenDirections(viewport);
  const across = Math.abs(dot(minus(to, from), right));
  const high = Math.abs(dot(minus(to, from), down));
  const camera = viewport.getCamera();
  const centre = from.map((part, axis) => (part + to[axis]) / 2);
  const way = minus(centre, camera.focalPoint as number[]);
  const inPlane = right.map((part, axis) => part * dot(way, right) + down[axis] * dot(way, down));
  const moved = (point: readonly number[]) => point.map((part, axis) => part + inPlane[axis]) as unknown as Types.Point3;
  viewport.setCamera({
    focalPoint: moved(camera.focalPoint!), position: moved(camera.position!),
    parallelScale: Math.max(high, (across * surface.clientHeight) / surface.clientWidth) / 2,
  });
}

/** Whether the state speaks of the picture. */
export function speaksOf(state: Presentation, imageId: string): boolean {
  return isNamed(state.pictures, imageId);
}

export function drawState(sheet: Sheet, state: Presentation): void {
  shut(sheet, state);
  for (const overlay of state.overlays) drawBitmap(sheet, overlay, overlay.colour || PLAIN);
  for (const drawing of state.drawings) {
    if (drawing.for.length && !isNamed(drawing.for, sheet.imageId)) continue;
    for (const graphic of drawing.graphics) drawGraphic(sheet, graphic, drawing.colour || PLAIN);
    for (const lettering of drawing.texts) drawLettering(sheet, lettering, drawing.colour || PLAIN);
  }
}

/** Cover what is outside of the shutters; rows and columns count from 1 (PS3.3 C.7.6.11). */
function shut(sheet: Sheet, { shutters }: Presentation): void {
  const { context, width, height } = sheet;
  const outlines: Point[][] = [];
  if (shutters.rectangle) {
    const [left, top, right, bottom] = shutters.rectangle;
    outlines.push([[left - 1, top - 1], [right, top - 1], [right, bottom], [left - 1, bottom]]);
  }
  if (shutters.circle) outlines.push(round(shutters.circle));
  if (shutters.polygon) outlines.push(shutters.polygon.map(([x, y]) => [x - 0.5, y - 0.5]));
  const level = Math.round((shutters.value?.[0] ?? 0) / 257);
  const shade = shutters.colour || `#${level.toString(16).padStart(2, '0').repeat(3)}`;
  context.fillStyle = shade;
  if (shutters.bitmap) drawBitmap(sheet, shutters.bitmap, shade);
  for (const outline of outlines) {
    context.beginPath();
    context.rect(0, 0, width, height);
    outline.forEach((point, index) => {
      const [x, y] = placeOn(sheet, point, 'PIXEL');
      if (index) context.lineTo(x, y);
      else context.moveTo(x, y);
    });
    context.closePath();
    context.fill('evenodd');
  }
}

/** Every pixel of the picture whose bit is set. */
function drawBitmap(sheet: Sheet, bitmap: Bitmap, colour: string): void {
  const [row = 1, column = 1] = bitmap.origin;
  const [left, top] = [column - 1, row - 1];
  lay(sheet, bitmapOf(bitmap, colour), [[left, top], [left + bitmap.columns, top], [left, top + bitmap.rows]], 1);
}

function round([x, y, radius]: number[]): Point[] {
  return Array.from({ length: 90 }, (_, step) => (step / 45) * Math.PI).map((turn) => [x - 0.5 + radius * Math.cos(turn), y - 0.5 + radius * Math.sin(turn)]);
}
