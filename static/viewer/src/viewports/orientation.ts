// Letters for the four edges of a viewport: where the picture's sides lie in the patient.
import type { Types } from '@cornerstonejs/core';
import { type Dataset, values } from '../datasource/dicomjson';

type Vector = [number, number, number];

const AXES: [string, string][] = [['L', 'R'], ['P', 'A'], ['H', 'F']];

/** One to three letters for a direction in patient space, largest part first (PS3.3 C.7.6.1.1.1, H and F for head and feet). */
export function letters(direction: ArrayLike<number>): string {
  return [0, 1, 2]
    .map((axis) => ({ letter: AXES[axis][direction[axis] >= 0 ? 0 : 1], size: Math.abs(direction[axis]) }))
    .filter(({ size }) => size > 0.15)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('');
}

function minus(a: ArrayLike<number>, b: ArrayLike<number>): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function unit(v: Vector): Vector {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** Directions of the screen's right and bottom edge, from the viewport itself so that turning and flipping count. */
export function screenDirections(viewport: Types.IStackViewport): { right: Vector; down: Vector } {
  const origin = viewport.canvasToWorld([0, 0]);
  return {
    right: unit(minus(viewport.canvasToWorld([100, 0]), origin)),
    down: unit(minus(viewport.canvasToWorld([0, 100]), origin)),
  };
}

const OPPOSITE: Record<string, string> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };

export function opposite(text: string): string {
  return [...text].map((letter) => OPPOSITE[letter] ?? letter).join('');
}

/** Letters from Patient Orientation (0020,0020), for projection pictures that have no cosines; as stored only. */
export function storedLetters(ds: Dataset): { right: string; bottom: string } | undefined {
  const [right, bottom] = values(ds, '00200020').map((value) => String(value ?? ''));
  return right && bottom ? { right, bottom } : undefined;
}
