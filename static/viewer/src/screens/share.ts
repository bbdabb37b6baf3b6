// What the windows of a desk share: tool, linked scrolling, reference lines, the window of a series. The window that the hand was in last
// leads; the others follow and say nothing back.
import { Enums } from '@cornerstonejs/core';
import { linesShown, setLines } from '../comparing/lines';
import { followFrom, isSynced, placeOfShown, setSync } from '../comparing/sync';
import { BINDINGS, chooseTool, currentTool } from '../tools';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { isFurther, type News, onNews, tell } from './desk';
import { drawFarLines, showFarSlice, sliceShown } from './farlines';

const DEEDS = ['pointerdown', 'keydown', 'wheel'];
const SHARED = new Set([...BINDINGS.map(({ name }) => name), 'sync', 'lines', 'compare', 'hung']);
const { STACK_NEW_IMAGE, VOI_MODIFIED, CAMERA_MODIFIED, IMAGE_RENDERED } = Enums.Events;

let leads = false;
let isHearing = false;
const watched = new WeakSet<Pane>();

export function share(): void {
  for (const name of DEEDS) document.addEventListener(name, () => { leads = true; }, { capture: true, passive: true });
  document.addEventListener('viewer:acted', ((event: CustomEvent<string>) => acted(event.detail)) as EventListener);
  grid.hung(watch);
  grid.changed(tellSlice);
  onNews(hear);
  for (const pane of grid.panes) watch(pane);
}

function watch(pane: Pane): void {
  if (watched.has(pane)) return;
  watched.add(pane);
  const active = (work: () => void) => () => leads && grid.active === pane && work();
  pane.surface.addEventListener(STACK_NEW_IMAGE, active(() => {
    const place = isSynced() ? placeOfShown(pane) : undefined;
    if (place) tell({ kind: 'place', place });
    tellSlice();
  }));
  pane.surface.addEventListener(VOI_MODIFIED, active(() => {
    const window = pane.hasWindow() ? pane.window() : undefined;
    if (window && pane.set) tell({ kind: 'window', set: pane.set.key, ...window });
  }));
  for (const name of [CAMERA_MODIFIED, IMAGE_RENDERED]) pane.surface.addEventListener(name, () => drawFarLines(pane));
}

function acted(name: string): void {
  if (isHearing || !SHARED.has(name)) return;
  tellState(name);
}

/** What is shared, and where this window's slice lies: whoever acted leads, and whoever begins is told by the window with the report. */
function tellState(name: string): void {
  tell({ kind: 'act', name, tool: currentTool(), linked: isSynced(), lines: linesShown() });
  tell({ kind: 'slice', slice: linesShown() ? sliceShown(grid.active) : null });
}

function tellSlice(): void {
  if (leads) tell({ kind: 'slice', slice: linesShown() ? sliceShown(grid.active) : null });
}

function hear(news: News): void {
  if (news.kind === 'act') follow(() => take(news));
  else if (news.kind === 'ask' && !isFurther()) tellState('hung');
  else if (news.kind === 'place') follow(() => isSynced() && followFrom(news.place));
  else if (news.kind === 'window') follow(() => takeWindow(news));
  else if (news.kind === 'slice') showFarSlice(news.slice);
}

function follow(work: () => void): void {
  leads = false;
  work();
}

function take({ name, tool, linked, lines }: News & { kind: 'act' }): void {
  isHearing = true;
  chooseTool(tool);
  if (linked !== isSynced()) setSync(linked);
  setLines(lines);
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: name }));
  isHearing = false;
}

function takeWindow({ set, centre, width }: News & { kind: 'window' }): void {
  for (const pane of grid.panes) if (pane.set?.key === set && pane.count() > 0 && pane.hasWindow()) pane.setWindow(centre, width);
}
