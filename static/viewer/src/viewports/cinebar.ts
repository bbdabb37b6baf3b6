// The controls of a pane that plays: speed, order, and which part of the stack.
import { say } from '../boot';
import { cineOf, isPlaying, type Order, stopCine, toggleCine } from './cine';
import { giveKeysBack } from './keysback';
import { grid } from './layout';
import type { Pane } from './pane';
import { whenShown } from '../../../js/shown';

const acted = () => document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'cine' }));
const barOf = (pane: Pane) => pane.element.querySelector<HTMLElement>('[data-part="cine"]');

/** Play or stop, and show the controls that go with it. */
export function playOrStop(pane: Pane): void {
  if (pane.count() < 2) return;
  toggleCine(pane);
  const bar = barOf(pane) ?? made(pane);
  bar.hidden = false;
  drawCineBar(pane);
}

/** Play what was hung so, once it is seen, unless the reader wants no movement. */
export function playWhenShown(pane: Pane): void {
  const { set } = pane;
  if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  whenShown(() => {
    if (pane.set === set && !isPlaying(pane)) playOrStop(pane);
  });
}

export function hideCineBar(pane: Pane): void {
  const bar = barOf(pane);
  if (bar) bar.hidden = true;
}

/** Write on the controls of every pane what is so. */
export function drawCineBars(): void {
  for (const pane of grid.panes) drawCineBar(pane);
}

function drawCineBar(pane: Pane): void {
  const bar = barOf(pane);
  if (!bar || bar.hidden) return;
  const cine = cineOf(pane);
  const part = <T extends HTMLElement>(name: string) => bar.querySelector<T>(`[data-cine-${name}]`)!;
  part('play').setAttribute('aria-pressed', String(isPlaying(pane)));
  part<HTMLInputElement>('rate').value = String(Math.round(cine.rate));
  part('shown').textContent = say('perSecond', { n: Math.round(cine.rate) });
  part<HTMLSelectElement>('order').value = cine.order;
  part('range').textContent = `${cine.from + 1} – ${cine.to + 1}`;
}

function made(pane: Pane): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>('template[data-cine-controls]')!;
  const bar = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  pane.element.append(bar);
  giveKeysBack(bar, () => pane.element);
  bar.addEventListener('dblclick', (event) => event.stopPropagation());
  bar.addEventListener('input', (event) => {
    const field = event.target as HTMLInputElement | HTMLSelectElement;
    if (field.matches('[data-cine-rate]')) cineOf(pane).rate = Number(field.value);
    else cineOf(pane).order = field.value as Order;
    acted();
  });
  bar.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-cine]');
    if (!button) return;
    BUTTONS[button.dataset.cine!]?.(pane);
    acted();
  });
  return bar;
}

const BUTTONS: Record<string, (pane: Pane) => void> = {
  play: (pane) => void toggleCine(pane),
  from: (pane) => setFrom(pane, pane.index()),
  to: (pane) => setTo(pane, pane.index()),
  all: (pane) => Object.assign(cineOf(pane), { from: 0, to: pane.count() - 1 }),
  close: (pane) => {
    stopCine(pane);
    hideCineBar(pane);
    pane.element.focus();
  },
};

/** The other end gives way when the part would be turned round. */
function setFrom(pane: Pane, index: number): void {
  const cine = cineOf(pane);
  cine.from = index;
  if (cine.to <= index) cine.to = pane.count() - 1;
}

function setTo(pane: Pane, index: number): void {
  const cine = cineOf(pane);
  cine.to = index;
  if (cine.from >= index) cine.from = 0;
}
