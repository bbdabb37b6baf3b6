// Saving a layout by demonstration, and the list of hanging protocols that fit.
import { readBoot, say } from '../boot';
import { linesShown } from '../comparing/lines';
import { isSynced } from '../comparing/sync';
import { placeOf } from '../datasource/datasource';
import { announce } from '../status';
import { grid } from '../viewports/layout';
import { lookOf } from '../viewports/look';
import type { Pane } from '../viewports/pane';
import { roomMeant } from '../volumes/arranged';
import { currentHanging, hangBy } from './hang';
import { meant, partMeant } from './meant';

/** Ask the server for the rule that would find again what is shown; it answers with the dialog in which it is changed and kept. */
export function saveLayout(): void {
  const form = document.querySelector<HTMLFormElement>('[data-hanging-demo]');
  if (!form) return announce(say('mayNotArrange'));
  if (grid.panes.some((pane) => !pane.count())) return announce(say('emptyPaneUnsaved'));
  form.querySelector<HTMLInputElement>('[name=shown]')!.value = JSON.stringify(shownNow());
  form.requestSubmit();
}

function shownNow(): object {
  return { layout: grid.plan(), panes: grid.panes.map(shownIn), sync: isSynced(), lines: linesShown(), room: roomMeant() };
}

function shownIn(pane: Pane): object {
  const look = { ...meant(lookOf(pane)), start: partMeant(pane.index(), pane.count()) };
  return { set: pane.set!.key, start: placeOf(pane.shownId()).instance, look };
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
