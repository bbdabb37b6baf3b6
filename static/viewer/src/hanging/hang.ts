// Hangs a study as a hanging protocol says. Which series goes where was chosen by the server and came with the page.
import { allSets, firstToRead, type Hanging, type HungPlace, readBoot, say } from '../boot';
import { endFlicker } from '../comparing/compare';
import { linesShown, toggleLines } from '../comparing/lines';
import { setSync } from '../comparing/sync';
import { placeOf } from '../datasource/datasource';
import { announce } from '../status';
import { playOrStop } from '../viewports/cinebar';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { room } from '../volumes/room';
import { showLook } from './look';
import { whenShown } from '../../../js/shown';

const USUAL = -1;
let current = USUAL;
let turn = 0;

/** Which of the hanging protocols of the page hangs now; -1 for none. */
export function currentHanging(): number {
  return current;
}

/** Open the study by the first hanging protocol that fits it; says whether there is one. */
export async function openHung(): Promise<boolean> {
  if (!readBoot().hangings.length) return false;
  await hangBy(0);
  return true;
}

/** The next hanging protocol that fits, after the last one as usual, then the first again. */
export function hangNext(): void {
  const { hangings } = readBoot();
  if (!hangings.length) return announce(say('noHanging'));
  void (current + 1 < hangings.length ? hangBy(current + 1) : hangAsUsual());
}

export async function hangAsUsual(): Promise<void> {
  const mine = begin(USUAL);
  grid.setLayout('1x1');
  const first = firstToRead(allSets());
  if (first) await grid.hang(first);
  if (mine === turn) announce(say('hungAsUsual'));
}

/** Hang by one of the page's hanging protocols; ready when the viewport that is read first is. */
export async function hangBy(index: number): Promise<void> {
  const hanging = readBoot().hangings[index];
  const mine = begin(index);
  grid.setPlan(hanging.layout);
  const panes = [...grid.panes];
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
  if (linesShown() !== hanging.lines) toggleLines();
  announce(say('hungBy', { name: hanging.name }));
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'hung' }));
  if (hanging.room.kind) whenShown(() => void openRoom(panes[hanging.room.pane], hanging.room));
}

function begin(index: number): number {
  current = index;
  room.close();
  endFlicker();
  setSync(false);
  document.querySelector<HTMLElement>('[data-viewports]')!.dataset.hanging = index === USUAL ? '' : String(readBoot().hangings[index].id);
  return ++turn;
}

async function fill(pane: Pane, { set, start, missing, look }: HungPlace): Promise<void> {
  const found = allSets().find((one) => one.key === set);
  if (!found) return pane.empty(missing || say('emptyPane'), say('emptyPaneHint'));
  await grid.hang(found, pane, (ids) => beginning(ids, start, look.start), () => showLook(pane, look));
  const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (look.cine && !isStill) whenShown(() => pane.set === found && playOrStop(pane));
}

/** The image with which a viewport begins: the view that is meant, else the first, middle or last. */
function beginning(ids: string[], view: string, part: string): number {
  const found = view ? ids.findIndex((id) => placeOf(id).instance === view) : -1;
  if (found >= 0) return found;
  return { first: 0, middle: Math.floor((ids.length - 1) / 2), last: ids.length - 1 }[part] ?? 0;
}

async function openRoom(pane: Pane, { kind, slab, thickness }: { kind: string; slab: string; thickness: number }): Promise<void> {
  if (!pane.count()) return;
  grid.activate(pane);
  await room.toggle(kind as 'mpr' | 'solid' | 'fusion');
  if (!room.isOpen || slab === 'thin') return;
  const range = room.host.querySelector<HTMLInputElement>('[data-room-thickness]')!;
  const mode = room.host.querySelector<HTMLSelectElement>('[data-room-slab]')!;
  range.value = String(thickness);
  range.dispatchEvent(new Event('input'));
  mode.value = slab;
  mode.dispatchEvent(new Event('change'));
}
