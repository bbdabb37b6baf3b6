// A canvas over every cut plane of the volume room, and how places of the patient get onto it.
import { Enums, utilities, type Types } from '@cornerstonejs/core';
import { onRepaint } from './layers';
import { cross, type Cut, minus, unitOf } from './planar';
import type { Point } from './types';

interface Watched { surface: HTMLElement; viewport: Types.IVolumeViewport; frame: string; canvas: HTMLCanvasElement }
type Painter = (cut: Cut) => void;

const watched: Watched[] = [];
const listeners: (() => void)[] = [];
let painter: Painter = () => undefined;

export function paintCutsWith(work: Painter): void {
  painter = work;
  onRepaint(() => here().forEach(paint));
}

/** Hear when planes come or go. */
export function onCuts(listener: () => void): void {
  listeners.push(listener);
}

/** The frame of reference of the planes that are shown; nothing when there are none. */
export function cutFrame(): string | undefined {
  return here()[0]?.frame;
}

function here(): Watched[] {
  return watched.filter(({ surface }) => surface.isConnected);
}

export function watchCut(surface: HTMLElement, viewport: Types.IVolumeViewport, frame: string): void {
  const canvas = document.createElement('canvas');
  canvas.className = 'layer';
  canvas.dataset.layer = '';
  surface.after(canvas);
  const one = { surface, viewport, frame, canvas };
  watched.splice(0, watched.length, ...here(), one);
  surface.addEventListener(Enums.Events.IMAGE_RENDERED, () => paint(one));
  for (const listener of listeners) listener();
}

/** The planes are gone. */
export function leaveCuts(): void {
  watched.length = 0;
  for (const listener of listeners) listener();
}

function paint(one: Watched): void {
  const context = one.canvas.getContext('2d');
  if (!context || !watched.includes(one)) return;
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = one.surface;
  Object.assign(one.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  if (!width || !height) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  painter(cutOf(one, context, width, height));
}

function cutOf({ viewport, frame }: Watched, context: CanvasRenderingContext2D, width: number, height: number): Cut {
  const [origin, farRight, farDown] = ([[0, 0], [width, 0], [0, height]] as Point[]).map((point) => [...viewport.canvasToWorld(point)]);
  const right = minus(farRight, origin).map((part) => part / width);
  const down = minus(farDown, origin).map((part) => part / height);
  const normal = unitOf(cross(right, down));
  const { spacingInNormalDirection } = utilities.getTargetVolumeAndSpacingInNormalDir(viewport, viewport.getCamera());
  // The engine counts the thickness of a slab from its middle.
  const half = Math.max(spacingInNormalDirection / 2, viewport.getSlabThickness?.() ?? 0);
  return { context, width, height, at: (x, y) => [x, y], frame, origin, right, down, normal, half };
}
