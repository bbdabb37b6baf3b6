// Saving a layout by demonstration, and the list of hanging protocols that fit.
import { readBoot, say } from '../boot';
import { linesShown } from '../comparing/lines';
import { isSynced } from '../comparing/sync';
import { placeOf } from '../datasource/datasource';
import { announce } from '../status';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { room } from '../volumes/room';
import { currentHanging, hangBy } from './hang';
import { lookOf } from './look';

/** Ask the server for the rule that would find again what is shown; it answers with the dialog in which it is changed and kept. */
export function saveLayout(): void {
  const form = document.querySelector<HTMLFormElement>('[data-hanging-demo]');
  if (!form) return announce(say('mayNotArrange'));
  if (grid.panes.some((pane) => !pane.count())) return announce(say('emptyPaneUnsaved'));
  form.querySelector<HTMLInputElement>('[name=shown]')!.value = JSON.stringify(shownNow());
  form.requestSubmit();
}

function shownNow(): object {
  return { layout: grid.plan(), panes: grid.panes.map(shownIn), sync: isSynced(), lines: linesShown(), room: roomNow() };
}

function shownIn(pane: Pane): object {
  return { set: pane.set!.key, start: placeOf(pane.shownId()).instance, look: lookOf(pane) };
}

function roomNow(): object {
  if (!room.isOpen) return {};
  const field = (name: string) => room.host.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-room-${name}]`)!.value;
  return { kind: room.kind, pane: grid.panes.indexOf(grid.active), slab: field('slab'), thickness: Number(field('thickness')) };
}

/** The list in the menu of layouts. */
export function wireHangings(): void {
  const list = document.querySelector<HTMLElement>('[data-hangings]');
  if (!list) return;
  list.hidden = !readBoot().hangings.length;
  list.append(...readBoot().hangings.map(({ name }, index) => button(name, index)));
  document.addEventListener('viewer:acted', () => markCurrent(list));
  document.addEventListener('hanging-kept', () => document.querySelector<HTMLDialogElement>('[data-hanging-dialog]')?.close());
}

function button(name: string, index: number): HTMLElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = name;
  made.setAttribute('aria-pressed', 'false');
  made.addEventListener('click', () => {
    made.closest('details')?.removeAttribute('open');
    void hangBy(index);
  });
  return made;
}

function markCurrent(list: HTMLElement): void {
  list.querySelectorAll('button').forEach((one, index) => one.setAttribute('aria-pressed', String(index === currentHanging())));
}
