// A canvas over every viewport: whatever lies over the picture is painted there, anew whenever the picture moves.
import { Enums } from '@cornerstonejs/core';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { type PicturePlane, planeOf, toScreen, type ToScreen } from './geometry';

export interface Sheet { context: CanvasRenderingContext2D; pane: Pane; imageId: string; plane: PicturePlane; at: ToScreen; width: number; height: number }
type Painter = (sheet: Sheet) => void;

const painters: Painter[] = [];
const canvases = new WeakMap<Pane, HTMLCanvasElement>();

export function paintWith(painter: Painter): void {
  painters.push(painter);
}

/** Lay a canvas over a pane, once. */
export function watchLayer(pane: Pane): void {
  if (canvases.has(pane)) return;
  const canvas = document.createElement('canvas');
  canvas.className = 'layer';
  canvas.dataset.layer = '';
  pane.surface.after(canvas);
  canvases.set(pane, canvas);
  pane.surface.addEventListener(Enums.Events.IMAGE_RENDERED, () => repaint(pane));
}

const listeners: (() => void)[] = [];

/** Paint with the others whenever all is painted anew. */
export function onRepaint(listener: () => void): void {
  listeners.push(listener);
}

export function repaintAll(): void {
  for (const pane of grid.panes) repaint(pane);
  for (const listener of listeners) listener();
}

function repaint(pane: Pane): void {
  const canvas = canvases.get(pane);
  const context = canvas?.getContext('2d');
  if (!canvas || !context) return;
  const { width, height } = fitted(canvas, pane, context);
  context.clearRect(0, 0, width, height);
  // Planes cut through a volume are no pictures of a stack: what lies on those would be drawn at wrong places.
  const imageId = pane.count() && pane.viewport.type === Enums.ViewportType.STACK ? pane.shownId() : '';
  const plane = imageId ? planeOf(imageId) : undefined;
  if (!plane || pane.surface.hasAttribute('data-covered')) return;
  const sheet = { context, pane, imageId, plane, at: toScreen(pane, plane), width, height };
  for (const painter of painters) {
    context.save();
    painter(sheet);
    context.restore();
  }
}

function fitted(canvas: HTMLCanvasElement, pane: Pane, context: CanvasRenderingContext2D): { width: number; height: number } {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = pane.surface;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { width, height };
}
