// Changes on their way to the server. What is not acknowledged stays in this browser and is sent again, also after the tab was closed.
import { csrfToken, say } from './boot';
import { showProblem, hideProblem } from './status';

export interface Change { url: string; method: 'PUT' | 'DELETE' | 'POST'; body?: unknown }

const RETRY_MS = 5000;
// One for each person: nobody sends what somebody else measured.
const key = () => `lightbox.viewer.outbox:${document.body.dataset.person ?? ''}`;
let sending = false;
let failing = false;

function waiting(): Record<string, Change> {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? '{}') as Record<string, Change>;
  } catch {
    return {};
  }
}

function keep(changes: Record<string, Change>): void {
  if (Object.keys(changes).length) localStorage.setItem(key(), JSON.stringify(changes));
  else localStorage.removeItem(key());
}

/** Put a change in line; a later one for the same address replaces it. */
export function send(change: Change): void {
  keep({ ...waiting(), [change.url]: change });
  void flush();
}

export async function flush(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (let next = first(); next; next = first()) if (!(await deliver(next))) break;
  } finally {
    sending = false;
  }
}

/** Wait until nothing is under way any more; whether everything was taken. */
export async function delivered(): Promise<boolean> {
  await flush();
  while (sending) await new Promise((done) => window.setTimeout(done, 50));
  return !first();
}

function first(): Change | undefined {
  return Object.values(waiting())[0];
}

async function deliver(change: Change): Promise<boolean> {
  const answer = await post(change);
  if (!answer || answer.status >= 500 || answer.status === 401) {
    failing = true;
    showProblem(say('notSaved'), say('notSavedHint'));
    window.setTimeout(() => void flush(), RETRY_MS);
    return false;
  }
  if (failing) hideProblem();
  failing = false;
  if (!answer.ok && answer.status !== 404) showProblem(say('refusedMark'), '', String(answer.status));
  const rest = waiting();
  if (JSON.stringify(rest[change.url]) === JSON.stringify(change)) delete rest[change.url];
  keep(rest);
  return true;
}

export function post(change: Change): Promise<Response | undefined> {
  return fetch(change.url, {
    method: change.method,
    credentials: 'same-origin',
    keepalive: true,
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken() },
    body: change.body === undefined ? undefined : JSON.stringify(change.body),
  }).catch(() => undefined);
}
