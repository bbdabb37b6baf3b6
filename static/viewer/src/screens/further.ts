// A further window of a desk: shows what the one with the report shows, and never another exam without saying so.
import { readBoot } from '../boot';
import { type News, onNews, tell } from './desk';
import { rememberBoxes, rememberedBoxes } from './places';

const LOOK_EVERY_MS = 1000;
/** From one page of the leading window to the next. */
const PATIENCE_MS = 8000;

const wasOpened = window.opener !== null;
let timer = 0;

export function followDesk(): void {
  onNews(hear);
  tell({ kind: 'ask' });
  wait();
  window.setInterval(closeWithOpener, LOOK_EVERY_MS);
  window.addEventListener('pagehide', rememberPlace);
}

function hear(news: News): void {
  if (news.kind === 'close') window.close();
  else if (news.kind === 'gone') {
    wait();
  } else if (news.kind === 'exam') follow(news);
}

function wait(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => strand(true), PATIENCE_MS);
}

function follow({ study, url }: News & { kind: 'exam' }): void {
  if (!isLed(url)) return;
  window.clearTimeout(timer);
  const isSame = study === readBoot().studies[0].uid;
  strand(!isSame);
  if (isSame) return;
  window.location.replace(`${url}${window.location.search}`);
}

/** Nobody leads: what is shown here may not be what is read there. */
function strand(isStranded: boolean): void {
  document.documentElement.toggleAttribute('data-stranded', isStranded);
  document.querySelector('[data-stranded-note]')?.toggleAttribute('hidden', !isStranded);
}

/** A tab that was duplicated has the name of the desk too: only the window that opened this one leads it. */
function isLed(url: string): boolean {
  try {
    return !window.opener || (window.opener as Window).location.pathname === url;
  } catch {
    return false;
  }
}

/** The window that opened this one is gone: a browser tells so in either way. */
function closeWithOpener(): void {
  if (wasOpened && (!window.opener || (window.opener as Window).closed)) window.close();
}

/** As the person put it, it opens the next time. */
function rememberPlace(): void {
  const boxes = rememberedBoxes(localStorage);
  const index = readBoot().screen - 2;
  if (index >= boxes.length) return;
  boxes[index] = { left: window.screenX, top: window.screenY, width: window.outerWidth, height: window.outerHeight };
  rememberBoxes(localStorage, boxes);
}
