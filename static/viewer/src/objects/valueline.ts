// How a value of a structured report is read.
import { say } from '../boot';
import type { Group } from './types';

// Maps, for what is looked up came in from outside.
const UNITS = new Map([['deg', '°'], ['mm2', 'mm²'], ['cm2', 'cm²'], ["[hnsf'U]", 'HU'], ['{pixels}', 'px'], ['{pixels}2', 'px²'], ['1', '']]);
const NOTES = new Map([['detector', 'atDetector'], ['perhaps', 'perhapsDetector']]);

/** A value as it is read. */
export function valueLine({ name, number, unit, code, note }: Group['values'][number]): string {
  const shown = Number.isInteger(number) ? String(number) : number.toFixed(Math.abs(number) < 10 ? 2 : 1);
  const word = UNITS.get(code) ?? (code.length <= 5 && !code.startsWith('{') ? code : unit);
  return `${name} ${shown.replace('-', '−')}${word === '°' ? '' : ' '}${word}`.trim() + noteAfter(note);
}

function noteAfter(note = ''): string {
  const known = NOTES.get(note);
  return note && ` ${known ? say(known) : `(${note})`}`;
}
