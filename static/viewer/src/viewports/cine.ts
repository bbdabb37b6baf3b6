// Cine: step through a stack at the rate, in the order and over the part that the object names or the reader chose; waits for a
// frame that is not there yet.
import { type Dataset, number, numbers } from '../datasource/dicomjson';
import type { Pane } from './pane';

const USUAL = 15;
export const FASTEST = 60;

export type Order = 'loop' | 'bounce' | 'once';

/** `from` and `to` are the first and the last picture that is shown, counted from 0. */
export interface Cine { rate: number; order: Order; from: number; to: number; step: 1 | -1 }

const playing = new Map<Pane, number>();
const settings = new WeakMap<Pane, Cine>();

/** Frames a second: recommended display rate, cine rate, frame time, else 15. */
export function rateOf(ds: Dataset): number {
  const rate = number(ds, '00082144') ?? number(ds, '00180040');
  if (rate && rate > 0) return Math.min(FASTEST, rate);
  const frameTime = number(ds, '00181063') ?? mean(numbers(ds, '00181065').slice(1));
  return frameTime && frameTime > 0 ? Math.min(FASTEST, 1000 / frameTime) : USUAL;
}

function mean(list: number[]): number | undefined {
  return list.length ? list.reduce((sum, value) => sum + value, 0) / list.length : undefined;
}

/** How a pane plays; at first as the object wants: its trims and its sequencing (PS3.3 C.7.6.5). */
export function cineOf(pane: Pane): Cine {
  const known = settings.get(pane);
  if (known) return known;
  const ds = pane.metadata() ?? {};
  const last = pane.count() - 1;
  const [from, to] = [(number(ds, '00082142') ?? 1) - 1, (number(ds, '00082143') ?? last + 1) - 1];
  const isTrimmed = from >= 0 && from < to && to <= last;
  const made: Cine = { rate: rateOf(ds), order: number(ds, '00181244') === 1 ? 'bounce' : 'loop', from: isTrimmed ? from : 0, to: isTrimmed ? to : last, step: 1 };
  settings.set(pane, made);
  return made;
}

/** How it is played, where that was asked for since its series was hung. */
export function cineSet(pane: Pane): Cine | undefined {
  return settings.get(pane);
}

/** Play it so; a part beyond the stack is all of it. */
export function setCine(pane: Pane, cine: Omit<Cine, 'step'>): void {
  const last = pane.count() - 1;
  const fits = cine.from < cine.to && cine.to <= last;
  settings.set(pane, { ...cine, ...(fits ? {} : { from: 0, to: last }), step: 1 });
}

export function isPlaying(pane: Pane): boolean {
  return playing.has(pane);
}

export function stopCine(pane: Pane): void {
  cancelAnimationFrame(playing.get(pane) ?? 0);
  playing.delete(pane);
  pane.element.removeAttribute('data-cine');
}

/** Another series was hung: how the one before was played is forgotten. */
export function forgetCine(pane: Pane): void {
  stopCine(pane);
  settings.delete(pane);
}

/** Start or stop; returns whether it now runs. */
export function toggleCine(pane: Pane): boolean {
  if (isPlaying(pane)) {
    stopCine(pane);
    return false;
  }
  if (pane.count() < 2) return false;
  pane.element.setAttribute('data-cine', '');
  play(pane, cineOf(pane));
  return true;
}

/** The picture after `index`; undefined at the end of what is played once. A bounce turns `cine` round. */
function following(cine: Cine, index: number): number | undefined {
  const { from, to, order } = cine;
  if (index < from || index > to) return from;
  if (order !== 'bounce') return index < to ? index + 1 : order === 'loop' ? from : undefined;
  if (index + cine.step > to || index + cine.step < from) cine.step = cine.step === 1 ? -1 : 1;
  return Math.min(to, Math.max(from, index + cine.step));
}

function play(pane: Pane, cine: Cine): void {
  let due = performance.now();
  let waiting = false;
  if (cine.order === 'once' && pane.index() >= cine.to) void pane.goTo(cine.from);
  const tick = async (now: number) => {
    if (!playing.has(pane)) return;
    playing.set(pane, requestAnimationFrame(tick));
    if (waiting || now < due) return;
    // What was late is not made up for by a burst.
    due = Math.max(due + 1000 / cine.rate, now);
    const next = following(cine, pane.index());
    if (next === undefined) return ended(pane);
    waiting = true;
    await pane.goTo(next).catch(() => ended(pane));
    waiting = false;
  };
  playing.set(pane, requestAnimationFrame(tick));
}

function ended(pane: Pane): void {
  stopCine(pane);
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'cine' }));
}
