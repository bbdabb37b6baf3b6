// From the values of a picture to the greys of a presentation state: its modality LUT, its VOI LUT and its presentation LUT, one
// after the other (PS3.4 N.2), as one curve. Plain reckoning; nothing is drawn here.
import type { LookUp, Presentation } from './types';

export type Node = [value: number, grey: number];
/** How the picture's stored values became those that are shown. */
export interface Own { slope: number; intercept: number; isSigned: boolean }
type State = Pick<Presentation, 'rescale' | 'modalityTable' | 'presentationTable' | 'inverse'>;
type Window = Presentation['windows'][number];

const MOST_NODES = 1024;
/** A sigmoid is black and white to a thousandth two widths away from its centre. */
const SIGMOID_REACH = 2;

/** Whether a window alone cannot say it. */
export function isCurved(state: State, window: Window | undefined): boolean {
  return Boolean(state.modalityTable || state.presentationTable || window?.table || window?.function === 'SIGMOID');
}

/** The greys over the values that `window` covers; undefined when the state has no window, or one that covers nothing. */
export function greyCurve(state: State, window: Window | undefined, own: Own): Node[] | undefined {
  const span = spanOf(window, state, own);
  if (!span || !(span[1] > span[0])) return undefined;
  const stored = (value: number) => (value - own.intercept) / own.slope;
  const grey = (value: number) => presented(state, shown(window, modality(state, stored(value), own), state, own));
  const [lower, upper] = span;
  const count = Math.min(MOST_NODES, Math.max(2, Math.round(upper - lower) + 1));
  return Array.from({ length: count }, (_, step) => lower + ((upper - lower) * step) / (count - 1)).map((value): Node => [value, grey(value)]);
}

/** From where to where the picture's values differ in grey. */
function spanOf(window: Window | undefined, state: State, own: Own): [number, number] | undefined {
  const outputs = outputsOf(window, state, own);
  if (!outputs) return undefined;
  const back = backwards(state);
  const values = (state.modalityTable ? ends(state.modalityTable, own.isSigned) : outputs.map(back)).map((stored) => stored * own.slope + own.intercept);
  return [Math.min(...values), Math.max(...values)];
}

function outputsOf(window: Window | undefined, state: State, own: Own): [number, number] | undefined {
  if (window?.table) return ends(window.table, canBeNegative(state, own));
  if (window?.centre === undefined || window.centre === null || !window.width) return undefined;
  const reach = window.function === 'SIGMOID' ? SIGMOID_REACH * window.width : window.width / 2;
  return [window.centre - reach, window.centre + reach];
}

function rescaleOf({ rescale }: State): [number, number] {
  return rescale.length === 2 && rescale[0] !== 0 ? [rescale[0], rescale[1]] : [1, 0];
}

function backwards(state: State): (output: number) => number {
  const [slope, intercept] = rescaleOf(state);
  return (output) => (output - intercept) / slope;
}

function canBeNegative(state: State, own: Own): boolean {
  return !state.modalityTable && (own.isSigned || rescaleOf(state)[1] < 0);
}

function firstOf({ first }: LookUp, isSigned: boolean): number {
  return isSigned && first > 32767 ? first - 65536 : first;
}

function ends(table: LookUp, isSigned: boolean): [number, number] {
  const first = firstOf(table, isSigned);
  return [first, first + table.entries.length - 1];
}

function lookedUp(table: LookUp, value: number, isSigned: boolean): number {
  const at = Math.round(value) - firstOf(table, isSigned);
  return table.entries[Math.min(table.entries.length - 1, Math.max(0, at))];
}

function modality(state: State, stored: number, own: Own): number {
  if (state.modalityTable) return lookedUp(state.modalityTable, stored, own.isSigned);
  const [slope, intercept] = rescaleOf(state);
  return stored * slope + intercept;
}

const clamped = (part: number) => Math.min(1, Math.max(0, part));

/** VOI LUT functions of C.11.2.1.2 and C.11.2.1.3. */
function shown(window: Window | undefined, output: number, state: State, own: Own): number {
  if (window?.table) return clamped(lookedUp(window.table, output, canBeNegative(state, own)) / window.table.most);
  const [centre, width] = [window?.centre ?? 0, window?.width ?? 1];
  if (window?.function === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (output - centre)) / width));
  if (window?.function === 'LINEAR_EXACT' || width <= 1) return clamped((output - centre) / width + 0.5);
  return clamped((output - (centre - 0.5)) / (width - 1) + 0.5);
}

/** A presentation LUT covers all that the one before can give (C.11.6). */
function presented({ presentationTable: table, inverse }: State, grey: number): number {
  if (table) return clamped(lookedUp({ ...table, first: 0 }, grey * (table.entries.length - 1), false) / table.most);
  return inverse ? 1 - grey : grey;
}
