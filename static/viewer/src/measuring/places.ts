// From places in the patient to pixels. The engine's own conversion mixes up the two spacings of pixels that are not square.
import { metaData } from '@cornerstonejs/core';

export type Point = [column: number, row: number];

interface Plane {
  imagePositionPatient: number[]; rowCosines: number[]; columnCosines: number[];
  rowPixelSpacing: number; columnPixelSpacing: number;
}

/** Column and row of a place, from the upper left corner of the picture; undefined when the picture's plane is not known. */
export function pixelAt(imageId: string, place: ArrayLike<number>): Point | undefined {
  const plane = metaData.get('imagePlaneModule', imageId) as Plane | undefined;
  if (!plane) return undefined;
  const along = (cosines: number[]) => cosines.reduce((sum, part, axis) => sum + part * (place[axis] - plane.imagePositionPatient[axis]), 0);
  return [along(plane.rowCosines) / plane.columnPixelSpacing + 0.5, along(plane.columnCosines) / plane.rowPixelSpacing + 0.5];
}

/** The place in the patient of a column and row, counted from the upper left corner of the picture. */
export function pixelToPlace(imageId: string, [column, row]: Point): [number, number, number] | undefined {
  const plane = metaData.get('imagePlaneModule', imageId) as Plane | undefined;
  if (!plane) return undefined;
  const [right, down] = [(column - 0.5) * plane.columnPixelSpacing, (row - 0.5) * plane.rowPixelSpacing];
  const at = (axis: number) => plane.imagePositionPatient[axis] + right * plane.rowCosines[axis] + down * plane.columnCosines[axis];
  return [at(0), at(1), at(2)];
}
