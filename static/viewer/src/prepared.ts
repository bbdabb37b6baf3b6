// The page of the exam that comes next, prepared by the browser while another is read: drawn where nobody sees it, and looked over by the
// server at the moment when it is shown. It is a document of its own, with nothing of the exam before.
import { csrfToken } from './boot';
import { wasLedHere } from '../../js/led';
import { isUnseen, whenShown } from '../../js/shown';

/** No frames come to a page that nobody sees: until then what is to be drawn is drawn by the clock. */
export function drawUnseen(): void {
  if (!isUnseen()) return;
  const { requestAnimationFrame, cancelAnimationFrame } = window;
  window.requestAnimationFrame = (work) => window.setTimeout(() => work(performance.now()), 0);
  window.cancelAnimationFrame = (id) => window.clearTimeout(id);
  whenShown(() => Object.assign(window, { requestAnimationFrame, cancelAnimationFrame }));
}

/** Once it is shown the server records the look and says whether all is still as it was prepared; else the page is opened anew. Until then
 * nothing of its patient is seen, for another person may have signed in; unless an act of the same person led here a moment ago. */
export function confirmWhenShown(): void {
  if (!uncompared()) return;
  whenShown(() => {
    if (wasLedHere()) uncover();
    confirm().catch(() => window.location.reload());
  });
}

function uncover(): void {
  document.title = reading().title!;
  delete document.documentElement.dataset.uncompared;
  document.dispatchEvent(new CustomEvent('viewer:compared'));
}

function reading(): DOMStringMap {
  return document.querySelector<HTMLElement>('[data-reading]')!.dataset;
}

/** Now, or once what was prepared is compared and seen. */
export function whenCompared(work: () => void): void {
  if (uncompared()) document.addEventListener('viewer:compared', () => work(), { once: true });
  else work();
}

/** The server says so to whoever prepares. */
function uncompared(): boolean {
  return 'uncompared' in document.documentElement.dataset;
}

async function confirm(): Promise<void> {
  const { shown, mark } = reading();
  const answer = await fetch(shown!, { method: 'POST', credentials: 'same-origin', headers: { 'X-CSRFToken': csrfToken() } });
  if (!answer.ok || answer.headers.get('X-Mark') !== mark) return window.location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.patient-banner > .end');
  const state = document.querySelector('.patient-banner > .end');
  if (fresh && state) state.replaceWith(fresh);
  uncover();
  document.documentElement.dataset.confirmed = '';
}
