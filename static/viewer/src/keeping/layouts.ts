// The arrangement as somebody left it: kept while they work, and hung again when they come back.
import { Enums } from '@cornerstonejs/core';
import { allSets, readBoot, say } from '../boot';
import { linesShown, setLines } from '../comparing/lines';
import { isSynced, setSync } from '../comparing/sync';
import { imageIdsOf, placeOf } from '../datasource/datasource';
import { tellHung } from '../hanging/hang';
import { send } from '../outbox';
import { isFurther } from '../screens/desk';
import { chooseTool, currentTool } from '../tools';
import { renamed } from '../viewports/arrangement';
import { cineSet, isPlaying, setCine } from '../viewports/cine';
import { playWhenShown } from '../viewports/cinebar';
import { grid } from '../viewports/layout';
import { lookOf, showLook } from '../viewports/look';
import type { Pane } from '../viewports/pane';
import { openRoom, roomNow } from '../volumes/arranged';
import { room } from '../volumes/room';
import { whenShown } from '../../../js/shown';
import { type Arrangement, type KeptPane, placeIn } from './arrangement';

const KEEP_AFTER_MS = 500;
const KEEP_AT_MOST_AFTER_MS = 2000;
const { STACK_NEW_IMAGE, VOI_MODIFIED, CAMERA_MODIFIED } = Enums.Events;
/** What a person does; pictures that come in by themselves are nobody's arrangement. */
const DEEDS = ['pointerdown', 'keydown', 'wheel'];
/** After any of these the planes of a volume may lie elsewhere. */
const ROOM_DEEDS = ['pointerup', 'keyup', 'wheel', 'input', 'change'];

let timer = 0;
let since = 0;
let isWatched = false;
let wasTouched = false;
const watched = new WeakSet<Pane>();
/** What is about to be seen in a viewport: until then nothing can be read off it. */
const awaited = new WeakMap<Pane, KeptPane>();

/** What the windows of a desk share is the desk's to say on a further screen. */
export async function hangArrangement(kept: Arrangement): Promise<void> {
  const panes = [...grid.rebuild(kept.tree, kept.layout)];
  grid.activate(panes[kept.active]);
  if (kept.tool && !isFurther()) chooseTool(kept.tool);
  // Beginning with the one that is looked at: its images are asked for before those of the others.
  const order = [kept.active, ...panes.keys()].filter((place, at, all) => all.indexOf(place) === at);
  await Promise.all(order.map((place) => hangPane(panes[place], kept.panes[place])));
  if (!panes.every((pane) => grid.panes.includes(pane))) return;
  grid.activate(panes[kept.active]);
  if (!isFurther()) {
    setSync(kept.linked === true);
    setLines(kept.lines === true);
  }
  tellHung();
  const { room } = kept;
  if (room) whenShown(() => void openRoom(panes[room.pane], room));
}

async function hangPane(pane: Pane, kept: KeptPane | null): Promise<void> {
  const set = kept ? allSets().find(({ key }) => key === kept.set) : undefined;
  if (!kept || !set) return pane.message(say('emptyPane'), say('emptyPaneHint'));
  awaited.set(pane, kept);
  const ids = set.kind === 'image' ? await imageIdsOf(set).catch(() => []) : [];
  await grid.hang(set, pane, placeIn(ids, kept), () => kept.look && showLook(pane, kept.look));
  if (pane.set !== set || pane.count() < 2) return;
  if (kept.cine) setCine(pane, kept.cine);
  if (kept.look?.cine) playWhenShown(pane);
}

function presentArrangement(): Arrangement {
  const places = new Map(grid.panes.map((pane, index) => [pane.id, String(index)]));
  return {
    layout: document.querySelector<HTMLElement>('[data-viewports]')!.dataset.layout ?? '1x1',
    tree: renamed(grid.shape(), (pane) => places.get(pane) ?? '0'),
    panes: grid.panes.map(ofPane),
    active: grid.panes.indexOf(grid.active),
    tool: currentTool(),
    linked: isSynced(),
    lines: linesShown(),
    room: roomNow(),
  };
}

function ofPane(pane: Pane): KeptPane | null {
  const { set } = pane;
  if (!set) return null;
  const kept = awaited.get(pane);
  if (!pane.hasBegun()) return kept?.set === set.key ? kept : { set: set.key };
  const { instance, frame } = placeOf(pane.shownId());
  return { set: set.key, instance, frame, look: lookOf(pane), cine: cineSet(pane) };
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
  for (const name of ROOM_DEEDS) room.host.addEventListener(name, keepSoon);
  window.addEventListener('pagehide', () => timer && keepNow());
}

function watch(pane: Pane): void {
  if (watched.has(pane)) return;
  watched.add(pane);
  // What plays is kept when it stops, not with every picture.
  for (const name of [STACK_NEW_IMAGE, VOI_MODIFIED, CAMERA_MODIFIED]) pane.surface.addEventListener(name, () => isPlaying(pane) || keepSoon());
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
