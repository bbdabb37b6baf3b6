// Documents in a pane: a page that the server made without any active content, a PDF in the browser's own viewer, or a video in its player.
import { type DisplaySet, say } from '../boot';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { announce } from '../status';
import { documentAddress } from './addresses';
import type { Something } from './types';

/** Show the objects of a series that are read: the first of them, with a choice of the others. */
export async function showDocument(set: DisplaySet, objects: Something[], pane: Pane = grid.active, chosen = objects[0]): Promise<void> {
  const box = await hung(set, pane);
  if (objects.length > 1) box.append(choice(set, objects, pane, chosen));
  const page = frame(documentAddress(set.study, chosen.uid), set, true);
  // The focus is in the page as soon as somebody scrolls or marks words there.
  page.addEventListener('load', () => page.contentDocument?.addEventListener('keydown', ({ key }) => key === 'Escape' && pane.element.focus()));
  box.append(page);
}

/** A PDF: in the browser's own viewer, which runs apart from the page; nothing of it gets at the page. */
export async function showPdf(set: DisplaySet, pane: Pane = grid.active): Promise<void> {
  const box = await hung(set, pane);
  box.append(link(set.open!), frame(set.open!, set, false));
}

/** A video in the browser's own player, which asks for the part that it is to go on from. */
export async function showVideo(set: DisplaySet, pane: Pane = grid.active): Promise<void> {
  const box = await hung(set, pane);
  const film = Object.assign(document.createElement('video'), { src: set.open!, controls: true, preload: 'metadata', playsInline: true, title: set.description || set.modality });
  film.addEventListener('error', () => pane.message(say('videoFailed'), say('videoFailedHint')));
  film.addEventListener('error', () => film.remove());
  // Space and arrows are the player's while it has the focus.
  film.addEventListener('keydown', (event) => event.key !== 'Escape' && event.stopPropagation());
  box.append(link(set.open!), film);
  film.focus();
}

async function hung(set: DisplaySet, pane: Pane): Promise<HTMLElement> {
  await grid.hang(set, pane);
  pane.message('');
  clearDocument(pane);
  const box = document.createElement('div');
  box.className = 'pane-document';
  box.dataset.document = set.key;
  pane.element.append(box);
  announce(say('documentShown', { name: set.description || set.modality }));
  return box;
}

function frame(address: string, set: DisplaySet, isOurs: boolean): HTMLIFrameElement {
  const element = document.createElement('iframe');
  // No script, no form, no window of its own; the same origin is for the style sheet only.
  if (isOurs) element.setAttribute('sandbox', 'allow-same-origin');
  element.src = address;
  element.title = set.description || set.modality;
  return element;
}

function link(address: string): HTMLElement {
  const element = document.createElement('a');
  Object.assign(element, { href: address, target: '_blank', rel: 'noopener', textContent: say('ownWindow') });
  return element;
}

function choice(set: DisplaySet, objects: Something[], pane: Pane, chosen: Something): HTMLElement {
  const select = document.createElement('select');
  select.setAttribute('aria-label', say('whichDocument'));
  select.append(...objects.map((object, index) => new Option(`${index + 1} · ${[object.title, object.when].filter(Boolean).join(' · ')}`, object.uid, false, object === chosen)));
  select.addEventListener('change', () => void showDocument(set, objects, pane, objects.find((object) => object.uid === select.value) ?? chosen));
  return select;
}

function clearDocument(pane: Pane): void {
  pane.element.querySelector('[data-document]')?.remove();
}

/** Another series in the pane takes the document away. */
export function watchDocuments(): void {
  grid.hung((pane) => {
    const shown = pane.element.querySelector<HTMLElement>('[data-document]');
    if (shown && shown.dataset.document !== pane.set?.key) shown.remove();
  });
}
