// Cine: step through a stack at the rate the object names; waits for a frame that is not there yet.
import { number, numbers } from './dicomjson';
import type { Dataset } from './dicomjson';
import type { Pane } from './pane';

const USUAL = 15;
const running = new Map<Pane, number>();

/** Frames a second: recommended display rate, cine rate, frame time, else 15. */
export function rateOf(ds: Dataset): number {
  const rate = number(ds, '00082144') ?? number(ds, '00180040');
  if (rate && rate > 0) return Math.min(60, rate);
  const frameTime = number(ds, '00181063') ?? mean(numbers(ds, '00181065').slice(1));
  return frameTime && frameTime > 0 ? Math.min(60, 1000 / frameTime) : USUAL;
}

function mean(list: number[]): number | undefined {
  return list.length ? list.reduce((sum, value) => sum + value, 0) / list.length : undefined;
}

export function isPlaying(pane: Pane): boolean {
  return running.has(pane);
}

export function stopCine(pane: Pane): void {
  cancelAnimationFrame(running.get(pane) ?? 0);
  running.delete(pane);
  pane.element.removeAttribute('data-cine');
}

/** Start or stop; returns whether it now runs. */
export function toggleCine(pane: Pane): boolean {
  if (isPlaying(pane)) {
    stopCine(pane);
    return false;
  }
  if (pane.count() < 2) return false;
  pane.element.setAttribute('data-cine', '');
  play(pane, rateOf(pane.metadata() ?? {}));
  return true;
}

function play(pane: Pane, rate: number): void {
  let last = performance.now();
  let waiting = false;
  const tick = async (now: number) => {
    if (!running.has(pane)) return;
    running.set(pane, requestAnimationFrame(tick));
    if (waiting || now - last < 1000 / rate) return;
    last = now;
    waiting = true;
    await pane.goTo((pane.index() + 1) % pane.count()).catch(() => stopCine(pane));
    waiting = false;
  };
  running.set(pane, requestAnimationFrame(tick));
}
