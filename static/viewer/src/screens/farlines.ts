// Reference lines from another window of the desk: where the slice that is active there cuts the slices here.
import type { Types } from '@cornerstonejs/core';
import { placeOfShown } from '../comparing/sync';
import { metadataOf } from '../datasource/datasource';
import { number } from '../datasource/dicomjson';
import { pixelToPlace, type Point } from '../measuring/places';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import type { Vector } from '../volumes/geometry';
import { crossing } from './crossing';
import type { Slice } from './desk';

const SVG = 'http://www.w3.org/2000/svg';
let far: Slice | null = null;

/** The slice that a viewport shows, by its corners in the patient. */
export function sliceShown(pane: Pane): Slice | null {
  const place = pane.count() ? placeOfShown(pane) : undefined;
  if (!place?.frame) return null;
  const id = pane.viewport.getCurrentImageId();
  const [columns, rows] = ['00280011', '00280010'].map((tag) => number(metadataOf(id), tag) ?? 0);
  const corners = ([[0, 0], [columns, 0], [columns, rows], [0, rows]] as Point[]).map((corner) => pixelToPlace(id, corner));
  return corners.every((corner) => corner !== undefined) ? { frame: place.frame, corners } : null;
}

export function showFarSlice(slice: Slice | null): void {
  far = slice;
  for (const pane of grid.panes) drawFarLines(pane);
}

export function drawFarLines(pane: Pane): void {
  const ends = far ? endsIn(pane, far) : undefined;
  if (!ends) return pane.element.querySelector('[data-far-line]')?.remove();
  const line = lineOf(pane);
  const [[x1, y1], [x2, y2]] = ends;
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) line.firstElementChild!.setAttribute(name, String(value));
}

function endsIn(pane: Pane, { frame, corners }: Slice): [Types.Point2, Types.Point2] | undefined {
  const place = pane.count() ? placeOfShown(pane) : undefined;
  const cut = place && place.frame === frame ? crossing(corners as Vector[], place) : undefined;
  return cut && [pane.viewport.worldToCanvas(cut[0]), pane.viewport.worldToCanvas(cut[1])];
}

function lineOf(pane: Pane): Element {
  const known = pane.element.querySelector('[data-far-line]');
  if (known) return known;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'far-line');
  svg.setAttribute('data-far-line', '');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'line'));
  pane.element.append(svg);
  return svg;
}
