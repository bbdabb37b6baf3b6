// The report panel: its width, and what stands there when the exam has no report to show.
import { say } from './boot';
import { grid } from './viewports/layout';

const WIDTH_KEY = 'lightbox.viewer.panel';
const LEAST = 360;
const MOST = 760;

export function wireReportPanel(): void {
  const panel = document.querySelector<HTMLElement>('[data-report]');
  if (!panel) return;
  setWidth(Number(localStorage.getItem(WIDTH_KEY)) || 0);
  wireHandle();
  panel.addEventListener('htmx:afterSwap', () => leaveKeysToImages(panel), { once: true });
  panel.addEventListener('htmx:responseError', (event) => whenRefused(panel, event as CustomEvent<{ xhr: XMLHttpRequest }>));
  panel.addEventListener('htmx:sendError', () => note(panel, say('noServer'), say('noServerHint')));
}

/** Keys are for the images until the reader goes to write: the report, when it comes, does not take them. */
function leaveKeysToImages(panel: HTMLElement): void {
  panel.querySelector('[autofocus]')?.removeAttribute('autofocus');
  if (document.activeElement === document.body) grid.active.element.focus();
}

function whenRefused(panel: HTMLElement, event: CustomEvent<{ xhr: XMLHttpRequest }>): void {
  if (event.target !== panel) return;
  const status = event.detail.xhr.status;
  if (status === 401) note(panel, say('noAccess'), say('noAccessHint'));
  else if (status === 404 || status === 403) note(panel, say('noReport'), say('noReportHint'));
  else note(panel, say('reportFailed'), `${say('tellAdmin')} · ${status}`);
}

function note(panel: HTMLElement, text: string, hint: string): void {
  const box = document.createElement('div');
  box.className = 'panel-note';
  const strong = document.createElement('p');
  strong.textContent = text;
  const small = document.createElement('p');
  small.className = 'is-quiet';
  small.textContent = hint;
  box.append(strong, small);
  panel.replaceChildren(box);
}

function setWidth(pixels: number): void {
  if (pixels < LEAST) return;
  document.querySelector('[data-panel-handle]')?.setAttribute('aria-valuenow', String(Math.min(MOST, pixels)));
  document.querySelector<HTMLElement>('[data-reading]')!.style.setProperty('--panel', `${Math.min(MOST, pixels)}px`);
}

function wireHandle(): void {
  const handle = document.querySelector<HTMLElement>('[data-panel-handle]');
  if (!handle) return;
  const keep = (pixels: number) => {
    const width = Math.min(MOST, Math.max(LEAST, pixels));
    setWidth(width);
    localStorage.setItem(WIDTH_KEY, String(width));
  };
  handle.addEventListener('pointerdown', (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener('pointermove', (event) => {
    if (handle.hasPointerCapture(event.pointerId)) keep(window.innerWidth - event.clientX);
  });
  handle.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: 20, ArrowRight: -20 }[event.key];
    if (!step) return;
    event.stopPropagation();
    keep(document.querySelector<HTMLElement>('[data-report]')!.offsetWidth + step);
  });
}
