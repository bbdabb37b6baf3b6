// A plane that cuts the patient, as the screen shows it. Plain reckoning; nothing is drawn here.
import { cross, dot } from '../volumes/geometry';
import type { Point } from './types';

export { cross, dot };

/** What is painted on: letters and lines need no more. */
export interface Paper { context: CanvasRenderingContext2D; width: number; height: number; at: (x: number, y: number) => Point }

export interface Cut extends Paper {
  /** The frame of reference of the volume. */
  frame: string;
  /** Of the screen's upper left corner, and of one pixel to the right and down, in millimetres. */
  origin: number[]; right: number[]; down: number[];
  /** Of length 1. */
  normal: number[];
  /** What lies nearer than this is on the plane. */
  half: number;
}

/** What a plane is without anything to paint on. */
export type Way = Pick<Cut, 'origin' | 'right' | 'down' | 'normal' | 'width' | 'height'>;

export function minus(a: number[], b: number[]): number[] {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function unitOf(vector: number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((part) => part / length);
}

/** Where a place, or its foot on the plane, is on the screen. */
export function onCut({ origin, right, down }: Pick<Cut, 'origin' | 'right' | 'down'>, place: number[]): Point {
  const from = minus(place, origin);
  return [dot(from, right) / dot(right, right), dot(from, down) / dot(down, down)];
}

/** How far in front of or behind the plane a place is. */
export function depthOf({ origin, normal }: Pick<Cut, 'origin' | 'normal'>, place: number[]): number {
  return dot(minus(place, origin), normal);
}
