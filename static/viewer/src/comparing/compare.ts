// Comparing with an earlier study: the series of it that fits best beside the one that is read, and flicker between the two.
import { allSets, type DisplaySet, isPrior, isRead, say, studyOf } from '../boot';
import { engine } from '../engine';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { announce } from '../status';
import { setSync } from './sync';

/** Slower than three times a second, which may harm. */
const FLICKER_MS = 600;

let timer = 0;
/** Shows the second as large again as it was. */
let restore = () => {};

/** Series of earlier studies, the best for `set` first: studies come ranked by the server, series of the same kind before others. */
export function priorsFor(set: DisplaySet | undefined): DisplaySet[] {
  const priors = allSets().filter((other) => other.kind === 'image' && isPrior(other));
  return set ? [...priors].sort((a, b) => likeness(set, b) - likeness(set, a)) : priors;
}

/** Sorting keeps the order of studies where series are equally alike. */
function likeness(set: DisplaySet, other: DisplaySet): number {
  const mine = words(set.description);
  const shared = [...words(other.description)].filter((word) => mine.has(word)).length;
  const isStack = Math.min(set.frames, other.frames) > 3 || Math.max(set.frames, other.frames) <= 3;
  return Number(set.modality === other.modality) * 100 + Number(isStack) * 10 + Math.min(9, shared);
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\d.]+/gu) ?? []);
}

/** What is read on the left, the prior that fits best on the right, scrolled together. */
export async function compare(): Promise<void> {
  endFlicker();
  const [read] = [grid.active.set && isRead(grid.active.set) ? grid.active.set : undefined];
  const current = read ?? allSets().find((set) => set.kind === 'image' && isRead(set));
  const [prior] = priorsFor(current);
  if (!current || !prior) return announce(say('noPrior'));
  const start = grid.active.set === current ? grid.active.index() : 0;
  setSync(false);
  grid.setLayout('1x2');
  const [left, right] = grid.panes;
  await grid.hang(current, left, start);
  await grid.hang(prior, right, Math.round((start / Math.max(1, current.frames - 1)) * Math.max(0, prior.frames - 1)));
  grid.activate(left);
  setSync(true);
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'compare' }));
  announce(`${studyOf(prior)?.mark ?? ''} · ${studyOf(prior)?.reason ?? ''}`);
}

export function isFlickering(): boolean {
  return timer !== 0;
}

/** Show the first two viewports in one place, one after the other. */
export function toggleFlicker(): void {
  if (isFlickering()) return endFlicker();
  const pair = grid.panes.filter((pane) => pane.count() > 0).slice(0, 2);
  if (pair.length < 2) return announce(say('flickerNeedsTwo'));
  const host = document.querySelector<HTMLElement>('[data-viewports]')!;
  host.toggleAttribute('data-flicker', true);
  for (const pane of pair) pane.element.toggleAttribute('data-flickers', true);
  engine().resize(true, true);
  restore = sameScale(pair[0], pair[1]);
  let shown = 0;
  const swap = () => {
    pair.forEach((pane, index) => pane.element.toggleAttribute('data-flicker-on', index === shown));
    shown = 1 - shown;
  };
  swap();
  timer = window.setInterval(swap, FLICKER_MS);
  announce(say('flickerOn'));
}

/** As many screen pixels for a millimetre in both. Gives what undoes it, for as long as the second shows the same series. */
function sameScale(first: Pane, second: Pane): () => void {
  const { set } = second;
  const { parallelScale } = second.viewport.getCamera();
  const scale = (value?: number) => {
    second.viewport.setCamera({ parallelScale: value });
    second.viewport.render();
  };
  scale(first.viewport.getCamera().parallelScale);
  return () => {
    if (grid.panes.includes(second) && second.set === set) scale(parallelScale);
  };
}

export function endFlicker(): void {
  if (!timer) return;
  window.clearInterval(timer);
  timer = 0;
  document.querySelector('[data-viewports]')!.removeAttribute('data-flicker');
  for (const pane of grid.panes) for (const name of ['data-flickers', 'data-flicker-on']) pane.element.removeAttribute(name);
  engine().resize(true, true);
  restore();
}
