// Hangs a study as a hanging protocol says. Which series goes where was chosen by the server and came with the page.
import { allSets, firstAsUsual, type Hanging, type HungPlace, readBoot, say } from '../boot';
import { endFlicker } from '../comparing/compare';
import { setLines } from '../comparing/lines';
import { setSync } from '../comparing/sync';
import { placeOf } from '../datasource/datasource';
import { announce } from '../status';
import { playWhenShown } from '../viewports/cinebar';
import { grid } from '../viewports/layout';
import { showLook } from '../viewports/look';
import type { Pane } from '../viewports/pane';
import { openRoom } from '../volumes/arranged';
import { room } from '../volumes/room';
import { whenShown } from '../../../js/shown';

const USUAL = -1;
let current = USUAL;
let turn = 0;

/** Which of the hanging protocols of the page hangs now; -1 for none. */
export function currentHanging(): number {
  return current;
}

/** The next hanging protocol that fits, after the last one as usual, then the first again. */
export function hangNext(): void {
  const { hangings } = readBoot();
  if (!hangings.length) return announce(say('noHanging'));
  void (current + 1 < hangings.length ? hangBy(current + 1) : hangAsUsual());
}

/** As where no protocol fits, whatever hung before. */
export async function hangAsUsual(): Promise<void> {
  const mine = beginAsUsual();
  const first = firstAsUsual();
  if (first) await grid.hang(first);
  if (mine !== turn) return;
  announce(say('hungAsUsual'));
  tellHung();
}

/** One empty viewport. Gives the number of this beginning. */
export function beginAsUsual(): number {
  const mine = begin(USUAL);
  grid.setPlan({ pane: 0 });
  return mine;
}

/** Nothing is tied to anything, and no protocol hangs. Gives the number of this beginning. */
function begin(index: number): number {
  current = index;
  room.close();
  endFlicker();
  setSync(false);
  setLines(false);
  document.querySelector<HTMLElement>('[data-viewports]')!.dataset.hanging = index === USUAL ? '' : String(readBoot().hangings[index].id);
  return ++turn;
}

/** Hang by one of the page's hanging protocols; ready when the viewport that is read first is. */
export async function hangBy(index: number): Promise<void> {
  const hanging = readBoot().hangings[index];
  const mine = begin(index);
  const panes = [...grid.setPlan(hanging.layout)];
  const lead = Math.max(0, hanging.panes.findIndex((place) => place.set));
  grid.activate(panes[lead]);
  // Beginning with the one that is read first: its images are asked for before those of the others.
  const order = [lead, ...panes.keys()].filter((place, at, all) => all.indexOf(place) === at);
  const hung = order.map((place) => fill(panes[place], hanging.panes[place]));
  void Promise.all(hung).then(() => (mine === turn ? settle(hanging, panes) : undefined));
  await hung[0];
}

/** What concerns the viewports together waits until something hangs in each. */
function settle(hanging: Hanging, panes: Pane[]): void {
  setSync(hanging.sync);
  setLines(hanging.lines);
  announce(say('hungBy', { name: hanging.name }));
  tellHung();
  const { room: look } = hanging;
  if (look.kind) whenShown(() => void openRoom(panes[look.pane], look));
}

/** What is drawn of the page's state, and the other windows of the desk, go along. */
export function tellHung(): void {
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'hung' }));
}

async function fill(pane: Pane, { set, start, missing, look }: HungPlace): Promise<void> {
  const found = allSets().find((one) => one.key === set);
  if (!found) return pane.empty(missing || say('emptyPane'), say('emptyPaneHint'));
  await grid.hang(found, pane, (ids) => beginning(ids, start, look.start), () => showLook(pane, look));
  if (look.cine && pane.set === found) playWhenShown(pane);
}

/** The image with which a viewport begins: the view that is meant, else the first, middle or last. */
function beginning(ids: string[], view: string, part: string): number {
  const found = view ? ids.findIndex((id) => placeOf(id).instance === view) : -1;
  if (found >= 0) return found;
  return { first: 0, middle: Math.floor((ids.length - 1) / 2), last: ids.length - 1 }[part] ?? 0;
}
