// The page's state in one place: `data-viewer` on <html>, the message line, and the polite announcement.
import { whenCompared } from './prepared';
import { say } from './boot';

type ViewerState = 'loading' | 'first-image' | 'complete' | 'error';

export function setState(state: ViewerState): void {
  document.documentElement.dataset.viewer = state;
}

export function getState(): ViewerState {
  return document.documentElement.dataset.viewer as ViewerState;
}

/** The first picture is on the screen; later states are not taken back by it. */
export function firstImageShown(): void {
  if (getState() !== 'loading') return;
  setState('first-image');
  whenCompared(() => requestAnimationFrame(() => performance.mark('first-image')));
  document.dispatchEvent(new CustomEvent('viewer:first-image'));
}

/** A message with a hint that stays until closed; `code` is for whoever helps. */
export function showProblem(text: string, hint = '', code = ''): void {
  const box = document.querySelector<HTMLElement>('[data-problem]');
  if (!box) return;
  box.querySelector('[data-problem-text]')!.textContent = text;
  box.querySelector('[data-problem-hint]')!.textContent = [hint, code].filter(Boolean).join(' · ');
  box.hidden = false;
}

export function hideProblem(): void {
  const box = document.querySelector<HTMLElement>('[data-problem]');
  if (box) box.hidden = true;
}

/** The viewer cannot go on showing what was asked for. */
export function fail(text: string, hint = '', code = ''): void {
  setState('error');
  showProblem(text, hint, code);
}

/** A short word about what just happened, also for screen readers. */
export function announce(text: string): void {
  const line = document.querySelector<HTMLElement>('[data-announce]');
  if (!line) return;
  line.textContent = text;
  line.classList.add('is-shown');
  window.clearTimeout(Number(line.dataset.timer));
  line.dataset.timer = String(window.setTimeout(() => line.classList.remove('is-shown'), 2500));
}

/** The server's answer that an error carries; 0 for none at all. */
export function statusOf(error: unknown): number | undefined {
  return (error as { status?: number })?.status ?? (error as { error?: { status?: number } })?.error?.status;
}

/** Whether asking again may help: no line, a server that starts anew, a session that ended. */
export function isPassing(error: unknown): boolean {
  return [0, 401, 502, 503, 504].includes(statusOf(error) ?? -1);
}

/** The pictures that were asked for name another patient. */
export class OtherPatient extends Error {
  constructor(readonly number: string) {
    super(number);
  }
}

/** What went wrong, in words a reader can act on. */
export function explain(error: unknown): { text: string; hint: string; code: string } {
  if (error instanceof OtherPatient) return { text: say('stranger', { number: error.number }), hint: say('strangerHint'), code: '' };
  const status = statusOf(error);
  if (status === 404 || status === 410) return { text: say('gone'), hint: say('goneHint'), code: String(status) };
  if (status === 401 || status === 403) return { text: say('noAccess'), hint: say('noAccessHint'), code: String(status) };
  if (status === 406) return { text: say('cannotDecode'), hint: say('cannotDecodeHint'), code: String(status) };
  if (status === 0 || (status && status > 501 && status < 505)) return { text: say('noServer'), hint: say('noServerHint'), code: '' };
  if (status) return { text: say('serverRefused'), hint: say('tellAdmin'), code: String(status) };
  return { text: say('cannotDecode'), hint: say('cannotDecodeHint'), code: messageOf(error) };
}

function messageOf(error: unknown): string {
  const inner = (error as { error?: unknown })?.error ?? error;
  const text = inner instanceof Error ? inner.message : typeof inner === 'string' ? inner : '';
  return text.slice(0, 120);
}
