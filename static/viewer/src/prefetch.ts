// Fetch ahead: the shown series around the current image first, then the rest of the rail; few requests at a time.
import { cache, Enums, imageLoader } from '@cornerstonejs/core';
import { allSets, type DisplaySet, say } from './boot';
import { imageIdsOf } from './datasource';
import { memoryBudget } from './engine';
import { grid } from './layout';
import { explain, getState, setState, showProblem } from './status';

const SHOWN_AT_ONCE = 4;
const OTHERS_AT_ONCE = 2;
/** Share of the memory that series nobody looks at may take. */
const OTHERS_SHARE = 0.6;

const loaded = new Set<string>();
const broken = new Set<string>();
const under = new Set<string>();
const listeners: (() => void)[] = [];
let turn = 0;

export function onProgress(listener: () => void): void {
  listeners.push(listener);
}

export function isLoaded(imageId: string): boolean {
  return loaded.has(imageId);
}

/** How many frames of a stack are here, and how many cannot be had. */
export function progressOf(ids: string[]): { here: number; broken: number } {
  return { here: ids.filter((id) => loaded.has(id)).length, broken: ids.filter((id) => broken.has(id)).length };
}

/** Indices nearest first: 5, 6, 4, 7, 3, ... */
export function aroundOrder(count: number, centre: number): number[] {
  return Array.from({ length: count }, (_, index) => index).sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre) || b - a);
}

/** Start again around what is shown now; requests under way finish, queued ones are forgotten. */
export async function prefetch(): Promise<void> {
  const mine = ++turn;
  const shown = grid.panes.filter((pane) => pane.set?.kind === 'image');
  const stacks = await Promise.all(shown.map(async (pane) => ({ pane, ids: await imageIdsOf(pane.set!).catch(() => [] as string[]) })));
  if (mine !== turn) return;
  const wanted = stacks.flatMap(({ pane, ids }) => aroundOrder(ids.length, pane.index()).map((index) => ids[index]));
  await runQueue(wanted, SHOWN_AT_ONCE, mine);
  if (mine !== turn) return;
  settle(stacks.flatMap(({ ids }) => ids));
  await prefetchOthers(mine, new Set(shown.map((pane) => pane.set!.key)));
}

async function prefetchOthers(mine: number, shown: Set<string>): Promise<void> {
  for (const set of allSets().filter((other) => other.kind === 'image' && !shown.has(other.key))) {
    if (mine !== turn || cache.getCacheSize() > memoryBudget() * OTHERS_SHARE) return;
    const ids = await imageIdsOf(set).catch(() => [] as string[]);
    await runQueue(ids, OTHERS_AT_ONCE, mine);
  }
}

async function runQueue(ids: string[], parallel: number, mine: number): Promise<void> {
  const queue = ids.filter((id) => !loaded.has(id) && !broken.has(id) && !under.has(id));
  const worker = async () => {
    while (mine === turn) {
      const id = queue.shift();
      if (!id || isFull()) return;
      await fetchOne(id);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

function isFull(): boolean {
  return cache.getCacheSize() > memoryBudget() * 0.95;
}

async function fetchOne(imageId: string): Promise<void> {
  under.add(imageId);
  try {
    await imageLoader.loadAndCacheImage(imageId, { priority: 0, requestType: Enums.RequestType.Prefetch, useRGBA: false } as never);
  } catch (error) {
    markBroken(imageId, error);
  } finally {
    under.delete(imageId);
  }
}

export function markLoaded(imageId: string): void {
  loaded.add(imageId);
  broken.delete(imageId);
  settleShown();
  for (const listener of listeners) listener();
}

export function markBroken(imageId: string, error: unknown): void {
  if (broken.has(imageId)) return;
  broken.add(imageId);
  const { text, hint, code } = explain(error);
  showProblem(say('imagesMissing', { n: broken.size }), [text, hint].join(' '), code);
  settleShown();
  for (const listener of listeners) listener();
}

export function evicted(imageId: string): void {
  loaded.delete(imageId);
}

/** Look at what is shown, and say so when all of it is here. */
export function settleShown(): void {
  const panes = grid.panes.filter((pane) => pane.count() > 0);
  if (panes.length) settle(panes.flatMap((pane) => pane.viewport.getImageIds()));
}

/** Say on the page that all is here, or that something will not come. */
function settle(ids: string[]): void {
  if (!ids.length || getState() === 'loading') return;
  const { here, broken: lost } = progressOf(ids);
  if (lost > 0 && here + lost >= ids.length) setState('error');
  else if (here >= ids.length) setState('complete');
}

/** Another series was hung: the page's state starts anew for it. */
export function startsAnew(set: DisplaySet | undefined): void {
  if (set?.kind === 'image') setState('loading');
}
