// Changes on their way to the server. What is not acknowledged stays in this browser and is sent again, also after the tab was closed or
// its process died: it is kept before it is sent.
import { csrfToken, say } from './boot';
import { hideProblem, showProblem } from './status';
import { isUnseen } from '../../js/shown';
import type { Change, Entry, Held } from './keeping/held';
import { heldHere, nameHere } from './keeping/here';

export type { Change, Entry } from './keeping/held';

const RETRY_MS = 5000;
/** A server that neither answers nor refuses holds up what waits behind for no longer. */
const PATIENCE_MS = 20_000;
const OVERTAKEN = 'viewer:overtaken';
/** A form is large, and several may have to be sent. */
const FORM_PATIENCE_MS = 60_000;
const FORM_WAITS_MS = [1000, 4000, 0];
const PASSING = [500, 502, 503, 504];
const LATER = [401, 408, 425, 429];

const person = () => document.body.dataset.person ?? '';

let held: Held | undefined;
let sending: Promise<boolean> | undefined;
let again = 0;
let failing = false;
/** The highest number of a change that was seen of each thing, here or at another computer. */
const known = new Map<string, number>();
/** A page that is being left has no time to wait for its turn. */
let isLeaving = false;

function box(): Held {
  if (!held) {
    held = heldHere();
    window.addEventListener('online', () => void flush());
    window.addEventListener('pagehide', () => { isLeaving = true; }, { capture: true });
    window.addEventListener('pageshow', () => { isLeaving = false; });
    window.addEventListener('beforeunload', (event) => {
      if (held?.isAtRisk()) event.preventDefault();
    });
  }
  return held;
}

/** Keep a change in this browser without sending it yet: more of it is about to come. Gives its number, above all that were seen. */
export function hold(change: Change): number {
  const { url } = change;
  if (!box().keep(change, Math.max(Date.now(), (known.get(url) ?? 0) + 1))) showProblem(say('storeFull'), say('storeFullHint'));
  const { at } = box().find(url)!;
  seen(url, at);
  return at;
}

/** Put a change in line; a later one for the same address replaces it. Gives its number. */
export function send(change: Change): number {
  const at = hold(change);
  void delivered();
  return at;
}

/** The change `at` of what is kept at `url` is known here: what is changed now comes after it. */
export function seen(url: string, at: number): void {
  known.set(url, Math.max(at, known.get(url) ?? 0));
}

/** The changes that wait for addresses below `root`, the oldest first. */
export function waitingBelow(root: string): Entry[] {
  return box().waiting().filter(({ url }) => url.startsWith(root));
}

/** Do something about changes that the server has a newer one for. */
export function onOvertaken(work: (change: Change) => void): void {
  document.addEventListener(OVERTAKEN, ((event: CustomEvent<Change>) => work(event.detail)) as EventListener);
}

/** Send what waits; gives whether all of it was taken. */
export function flush(): Promise<boolean> {
  if (isUnseen()) return Promise.resolve(false);
  sending ??= oneWindowAtATime(deliverAll).finally(() => {
    sending = undefined;
  });
  return sending;
}

/** Wait until nothing is under way any more; whether everything was taken, also what came in line at the last moment. */
export async function delivered(): Promise<boolean> {
  return (await flush()) && flush();
}

/** Two windows that send the same change at once could overtake each other. */
function oneWindowAtATime(work: () => Promise<boolean>): Promise<boolean> {
  if (!navigator.locks || isLeaving) return work();
  return navigator.locks.request(nameHere(), work) as Promise<boolean>;
}

async function deliverAll(): Promise<boolean> {
  const refused = new Set<string>();
  for (let next = first(refused); next; next = first(refused)) {
    const outcome = await deliver(next);
    if (outcome === 'taken') continue;
    refused.add(next.url);
    if (outcome === 'nobody') break;
  }
  tell(refused.size > 0);
  return refused.size === 0;
}

function first(refused: Set<string>): Entry | undefined {
  return box().waiting().find(({ url }) => !refused.has(url));
}

/** One that the server stumbles over waits, and lets the others pass; without a server, or a session, all of them wait. */
async function deliver(change: Entry): Promise<'taken' | 'later' | 'nobody'> {
  const answer = await post(change);
  if (!answer || answer.status === 401 || answer.status === 503) return 'nobody';
  if (answer.status >= 500 || LATER.includes(answer.status)) return 'later';
  box().done(change);
  if (answer.status === 409 && !change.quiet) overtaken(change);
  else if (!answer.ok && !change.quiet) showProblem(say('refusedMark'), say('refusedMarkHint'), String(answer.status));
  return 'taken';
}

function overtaken(change: Entry): void {
  showProblem(say('overtakenMark'), say('overtakenMarkHint'));
  // What was changed since it was sent comes after what the server has.
  if (!box().find(change.url)) document.dispatchEvent(new CustomEvent<Change>(OVERTAKEN, { detail: change }));
}

function tell(isWaiting: boolean): void {
  window.clearTimeout(again);
  if (isWaiting) again = window.setTimeout(() => void flush(), RETRY_MS);
  const isLoud = isWaiting && box().waiting().some(({ quiet }) => !quiet);
  if (isLoud) showProblem(say('notSaved'), say('notSavedHint'));
  else if (failing) hideProblem();
  failing = isLoud;
}

/** Ask the server for a change. It refuses when somebody else has signed in in this browser meanwhile. */
export function post({ url, method, body, at = Date.now() }: Change & { at?: number }): Promise<Response | undefined> {
  return fetch(url, {
    method,
    credentials: 'same-origin',
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { ...who(), 'Content-Type': 'application/json', 'X-Lightbox-Revision': String(at) },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => undefined);
}

const who = () => ({ 'X-CSRFToken': csrfToken(), 'X-Lightbox-Person': person() });

/** Put a form under a name of its own, which the server keeps once: it is sent again where nobody answers. Undefined when nobody did. */
export async function patiently(url: string, body: FormData): Promise<Response | undefined> {
  let answer: Response | undefined;
  for (const wait of FORM_WAITS_MS) {
    answer = await fetch(url, { method: 'PUT', credentials: 'same-origin', signal: AbortSignal.timeout(FORM_PATIENCE_MS), headers: who(), body }).catch(() => undefined);
    if (answer && !PASSING.includes(answer.status)) return answer;
    await new Promise((done) => window.setTimeout(done, wait));
  }
  return answer;
}

/** Why the server refused, in its own words. */
export async function reasonOf(answer: Response | undefined): Promise<string> {
  if (!answer) return say('noServerHint');
  const told = (await answer.json().catch(() => ({}))) as { detail?: string; message?: string; title?: string };
  return told.detail ?? told.message ?? told.title ?? say('tellAdmin');
}
