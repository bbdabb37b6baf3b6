// The measurements of a study: what the server has, and what this browser has not sent yet.
import { say } from '../boot';
import { type Entry, waitingBelow } from '../outbox';
import { explain, hideProblem, showProblem } from '../status';

const AGAIN_MS = 5000;

/** A measurement as it was kept; `revision` is the number of its last change. */
export type Stored<Body> = Body & { uid: string; revision: number; mine: boolean; author: string; after_report?: boolean };

/** Without an answer it is asked again, as long as they are wanted: a picture without its measurements would look as if there were none. */
export async function storedMarks<T extends Stored<object>>(url: string, isWanted = () => true): Promise<T[]> {
  const before = waitingBelow(url);
  for (let told = false; ; told = true) {
    const answer = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => undefined);
    const found = answer?.ok ? await answer.json().then(({ results }: { results: T[] }) => results).catch(() => undefined) : undefined;
    if (told && (found || !isWanted())) hideProblem();
    if (!isWanted()) return [];
    if (found) return withWaiting(found, [...before, ...waitingBelow(url)]);
    const status = answer?.status ?? 0;
    showProblem(say('marksMissing'), explain({ status }).text, status ? String(status) : '');
    if (status === 403 || status === 404) return [];
    await new Promise((done) => window.setTimeout(done, AGAIN_MS));
  }
}

function withWaiting<T extends Stored<object>>(found: T[], waiting: Entry[]): T[] {
  const marks = new Map(found.map((mark) => [mark.uid, mark]));
  for (const { url, body, at } of waiting) {
    const uid = url.split('/').at(-2)!;
    if (at <= (marks.get(uid)?.revision ?? 0)) continue;
    if ((body as { removed?: boolean }).removed) marks.delete(uid);
    else marks.set(uid, { ...(body as T), uid, revision: at, mine: true, author: '' });
  }
  return [...marks.values()];
}
