// The arrangement as somebody left it: kept while they work, and hung again when they come back.
import { Enums, type Types } from '@cornerstonejs/core';
import { allSets, readBoot, say } from '../boot';
import { linesShown, toggleLines } from '../comparing/lines';
import { isSynced, setSync } from '../comparing/sync';
import { imageIdsOf, placeOf } from '../datasource/datasource';
import { heldFor, send } from '../outbox';
import { chooseTool, currentTool } from '../tools';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { renamed } from '../viewports/arrangement';
import { type Arrangement, type KeptPane, placeIn, soundArrangement } from './arrangement';

const KEEP_AFTER_MS = 500;
const KEEP_AT_MOST_AFTER_MS = 2000;
const { STACK_NEW_IMAGE, VOI_MODIFIED, CAMERA_MODIFIED } = Enums.Events;
/** What a person does; pictures that come in by themselves are nobody's arrangement. */
const DEEDS = ['pointerdown', 'keydown', 'wheel'];

let timer = 0;
let since = 0;
let isWatched = false;
let wasTouched = false;
const watched = new WeakSet<Pane>();

/** How the person left it: what a window that died had not sent yet, else what the server knows. */
export function keptArrangement(): Arrangement | undefined {
  const waiting = heldFor(readBoot().layoutUrl);
  const body = waiting?.body as { arrangement?: unknown } | undefined;
  return soundArrangement(waiting ? body?.arrangement : readBoot().layout, new Set(allSets().map((set) => set.key)));
}

export async function hangArrangement(kept: Arrangement): Promise<void> {
  const panes = grid.rebuild(kept.tree, kept.layout);
  grid.activate(panes[kept.active]);
  if (kept.tool) chooseTool(kept.tool);
  await Promise.all(panes.map((pane, index) => hangPane(pane, kept.panes[index])));
  if (!panes.every((pane) => grid.panes.includes(pane))) return;
  grid.activate(panes[kept.active]);
  if (kept.linked) setSync(true);
  if (kept.lines && !linesShown()) toggleLines();
}

async function hangPane(pane: Pane, kept: KeptPane | null): Promise<void> {
  const set = kept ? allSets().find(({ key }) => key === kept.set) : undefined;
  if (!kept || !set) return pane.message(say('emptyPane'), say('emptyPaneHint'));
  const ids = set.kind === 'image' ? await imageIdsOf(set).catch(() => []) : [];
  await grid.hang(set, pane, placeIn(ids, kept), () => kept.zoom && look(pane, kept));
}

function look(pane: Pane, { window, invert, rotation, flipHorizontal, flipVertical, zoom, pan }: KeptPane): void {
  if (window) pane.setWindow(window.centre, window.width);
  if (invert !== Boolean(pane.viewport.getProperties().invert)) pane.invert();
  pane.viewport.setViewPresentation({ rotation, flipHorizontal, flipVertical, zoom, pan } as Types.ViewPresentation);
  pane.viewport.render();
}

export function presentArrangement(): Arrangement {
  const places = new Map(grid.panes.map((pane, index) => [pane.id, String(index)]));
  return {
    layout: document.querySelector<HTMLElement>('[data-viewports]')!.dataset.layout ?? '1x1',
    tree: renamed(grid.shape(), (pane) => places.get(pane) ?? '0'),
    panes: grid.panes.map(ofPane),
    active: grid.panes.indexOf(grid.active),
    tool: currentTool(),
    linked: isSynced(),
    lines: linesShown(),
  };
}

function ofPane(pane: Pane): KeptPane | null {
  if (!pane.set) return null;
  if (!pane.count()) return { set: pane.set.key };
  const { instance, frame } = placeOf(pane.shownId());
  const { rotation, zoom, pan, flipHorizontal, flipVertical } = pane.viewport.getViewPresentation() as Types.ViewPresentation;
  const window = pane.hasWindow() ? pane.window() : undefined;
  const { invert = false } = pane.viewport.getProperties();
  return { set: pane.set.key, instance, frame, window, invert, rotation, zoom, pan: pan as [number, number], flipHorizontal, flipVertical };
}

/** From now on what the person changes is kept. */
export function keepArrangement(): void {
  if (isWatched) return;
  isWatched = true;
  for (const name of DEEDS) document.addEventListener(name, () => { wasTouched = true; }, { capture: true, passive: true });
  grid.changed(keepSoon);
  grid.hung((pane) => {
    watch(pane);
    keepSoon();
  });
  for (const pane of grid.panes) watch(pane);
  document.addEventListener('viewer:acted', keepSoon);
  window.addEventListener('pagehide', () => timer && keepNow());
}

function watch(pane: Pane): void {
  if (watched.has(pane)) return;
  watched.add(pane);
  for (const name of [STACK_NEW_IMAGE, VOI_MODIFIED, CAMERA_MODIFIED]) pane.surface.addEventListener(name, keepSoon);
}

function keepSoon(): void {
  if (!wasTouched) return;
  window.clearTimeout(timer);
  since ||= Date.now();
  timer = window.setTimeout(keepNow, Math.max(0, Math.min(KEEP_AFTER_MS, since + KEEP_AT_MOST_AFTER_MS - Date.now())));
}

function keepNow(): void {
  window.clearTimeout(timer);
  [timer, since] = [0, 0];
  send({ url: readBoot().layoutUrl, method: 'PUT', body: { arrangement: presentArrangement() }, quiet: true });
}

/** Nobody has left anything here. */
export function forgetArrangement(): void {
  window.clearTimeout(timer);
  [timer, since, wasTouched] = [0, 0, false];
  send({ url: readBoot().layoutUrl, method: 'DELETE', quiet: true });
}
