// What a hanging protocol keeps of a look: what would be meant for another study.
import type { Look } from '../boot';

const AS_FITTED = 0.03; // zoom that differs by less from all of the picture is meant as that
const ENDS = 0.05; // of a stack: so near an end, the end is meant

/** The look without what only these pictures have: where they were moved to, and digits that nobody sees. */
export function meant({ pan: _moved, centre, width, zoom, ...look }: Look): Look {
  return { ...look, centre: hundredths(centre), width: hundredths(width), zoom: Math.abs(zoom - 1) < AS_FITTED ? 1 : Math.min(20, Math.max(0.1, hundredths(zoom))) };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Which part of a stack of so many pictures is meant by one of them. */
export function partMeant(index: number, count: number): string {
  const place = index / Math.max(1, count - 1);
  return place <= ENDS ? 'first' : place >= 1 - ENDS ? 'last' : 'middle';
}
