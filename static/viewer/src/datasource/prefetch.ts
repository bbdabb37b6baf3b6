// Fetch ahead: the shown series around the current image first, then the rest of the rail; few requests at a time.
import { cache, Enums, imageLoader } from '@cornerstonejs/core';
import { allSets, type DisplaySet, say } from '../boot';
import { imageIdsOf } from './datasource';
import { memoryBudget } from '../engine';
import { grid } from '../viewports/layout';
import { isUnseen } from '../../../js/shown';
import { explain, getState, hideProblem, isPassing, setState, showProblem } from '../status';

const SHOWN_AT_ONCE = 4;
const OTHERS_AT_ONCE = 2;
/** Share of the memory that series nobody looks at may take. */
const OTHERS_SHARE = 0.6;

const AGAIN_MS = 5000;

const loaded = new Set<string>();
const broken = new Set<string>();
const under = new Set<string>();
const listeners: (() => void)[] = [];
let turn = 0;
let lineLost = false;
let retry = 0;

export function onProgress(listener: () => void): void {
  listeners.push(listener);
}

/** How many frames of a stack are here, and how many cannot be had. */
export function progressOf(ids: string[]): { here: number; broken: number } {
  return { here: ids.filter((id) => loaded.has(id)).length, broken: ids.filter((id) => broken.has(id)).length };
}

/** Indices nearest first: 5, 6, 4, 7, 3, ... */
function aroundOrder(count: number, centre: number): number[] {
  return Array.from({ length: count }, (_, index) => index).sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre) || b - a);
}

/** Start again around what is shown now; requests under way finish, queued ones are forgotten. */
export async function prefetch(): Promise<void> {
  if (isUnseen()) return;
  const mine = ++turn;
  lineLost = false;
  const shown = grid.panes.filter((pane) => pane.set?.kind === 'image');
  const stacks = await Promise.all(shown.map(async (pane) => ({ pane, ids: await imageIdsOf(pane.set!).catch(notListed) })));
  if (mine !== turn) return;
  // On a slow line what is looked at has all of it.
  await runQueue(stacks.flatMap(({ pane, ids }) => ids[pane.index()] ?? []), SHOWN_AT_ONCE, mine);
  if (mine !== turn) return;
  const wanted = stacks.flatMap(({ pane, ids }) => aroundOrder(ids.length, pane.index()).map((index) => ids[index]));
  await runQueue(wanted, SHOWN_AT_ONCE, mine);
  if (mine !== turn) return;
  settle(stacks.flatMap(({ ids }) => ids));
  await prefetchOthers(mine, new Set(shown.map((pane) => pane.set!.key)));
}

async function prefetchOthers(mine: number, shown: Set<string>): Promise<void> {
  for (const set of allSets().filter((other) => other.kind === 'image' && !shown.has(other.key))) {
    if (mine !== turn || lineLost || cache.getCacheSize() > memoryBudget() * OTHERS_SHARE) return;
    const ids = await imageIdsOf(set).catch(notListed);
    await runQueue(ids, OTHERS_AT_ONCE, mine);
  }
}

async function runQueue(ids: string[], parallel: number, mine: number): Promise<void> {
  const queue = ids.filter((id) => !loaded.has(id) && !broken.has(id) && !under.has(id));
  const worker = async () => {
    while (mine === turn && !lineLost) {
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
  if (isPassing(error)) return waitForLine(error);
  if (broken.has(imageId)) return;
  broken.add(imageId);
  const { text, hint, code } = explain(error);
  showProblem(say('imagesMissing', { n: broken.size }), [text, hint].join(' '), code);
  settleShown();
  for (const listener of listeners) listener();
}

function notListed(error: unknown): string[] {
  if (isPassing(error)) waitForLine(error);
  return [];
}

/** Nothing more is asked for until the line is tried again; what could not be had meanwhile is not given up. */
function waitForLine(error: unknown): void {
  lineLost = true;
  const { text, hint, code } = explain(error);
  showProblem(text, hint, code);
  retry ||= window.setTimeout(() => {
    retry = 0;
    hideProblem();
    void tryAgain();
  }, AGAIN_MS);
}

async function tryAgain(): Promise<void> {
  const failed = grid.panes.filter((pane) => pane.isFailed());
  if (!failed.length) return prefetch();
  setState('loading');
  for (const pane of failed) await grid.hang(pane.set!, pane, pane.index());
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
