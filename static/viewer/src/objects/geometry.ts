// Where places of a picture and of the patient are on the screen.
import { metaData } from '@cornerstonejs/core';
import type { Pane } from '../viewports/pane';
import type { Point } from './types';

export interface PicturePlane {
  frameOfReferenceUID: string; imagePositionPatient: number[]; rowCosines: number[]; columnCosines: number[];
  rowPixelSpacing: number; columnPixelSpacing: number; rows: number; columns: number; sliceThickness?: number; usingDefaultValues?: boolean;
}

export function planeOf(imageId: string): PicturePlane | undefined {
  return metaData.get('imagePlaneModule', imageId) as PicturePlane | undefined;
}

export function dot(a: number[], b: number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: number[], b: number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function minus(a: number[], b: number[]): number[] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function normalOf(plane: PicturePlane): number[] {
  return cross(plane.rowCosines, plane.columnCosines);
}

/** The place of a column and row that count from the upper left corner of the picture. */
export function placeAt(plane: PicturePlane, [column, row]: Point): number[] {
  const across = (column - 0.5) * plane.columnPixelSpacing;
  const down = (row - 0.5) * plane.rowPixelSpacing;
  return plane.imagePositionPatient.map((start, axis) => start + plane.rowCosines[axis] * across + plane.columnCosines[axis] * down);
}

/** The same back again, for a place in the picture's plane. */
export function pixelOf(plane: PicturePlane, place: number[]): Point {
  const from = minus(place, plane.imagePositionPatient);
  return [dot(from, plane.rowCosines) / plane.columnPixelSpacing + 0.5, dot(from, plane.columnCosines) / plane.rowPixelSpacing + 0.5];
}

export type ToScreen = (column: number, row: number) => Point;

/** How pixels of the shown picture get to the screen: one affine map, whatever turn, flip and zoom. */
export function toScreen(pane: Pane, plane: PicturePlane): ToScreen {
  const on = (point: Point) => pane.viewport.worldToCanvas(placeAt(plane, point) as [number, number, number]);
  const [origin, right, down] = [on([0, 0]), on([plane.columns, 0]), on([0, plane.rows])];
  return (column, row) => [0, 1].map((axis) =>
    origin[axis] + ((right[axis] - origin[axis]) * column) / plane.columns + ((down[axis] - origin[axis]) * row) / plane.rows) as Point;
}

/** Half of the way to the next slice: what lies nearer than that is in this one. */
export function reach(pane: Pane, plane: PicturePlane): number {
  const ids = pane.viewport.getImageIds();
  const normal = normalOf(plane);
  const gaps = [-1, 1].flatMap((step) => {
    const other = planeOf(ids[pane.index() + step] ?? '');
    const gap = other ? Math.abs(dot(minus(other.imagePositionPatient, plane.imagePositionPatient), normal)) : 0;
    return gap > 1e-4 ? [gap] : [];
  });
  return (gaps.length ? Math.min(...gaps) : plane.sliceThickness || 1) / 2 + 1e-3;
}

/** How far a place is from the plane of the picture. */
export function distance(plane: PicturePlane, place: number[]): number {
  return dot(minus(place, plane.imagePositionPatient), normalOf(plane));
}

export function isParallel(plane: PicturePlane, orientation: number[]): boolean {
  if (orientation.length !== 6) return false;
  return Math.abs(dot(normalOf(plane), cross(orientation.slice(0, 3), orientation.slice(3)))) > 0.9995;
}
