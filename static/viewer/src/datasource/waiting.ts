// The exam that comes next waits in this browser's own cache: its first series is asked for just as the viewer will ask, few requests at
// a time and behind all others. The server is asked again when it is shown, so that it can still refuse. Nothing is taken by this.
import { whenShown } from '../../../js/shown';
import { type DisplaySet, firstToRead, metadataAddress } from '../boot';
import type { Dataset } from './dicomjson';
import { framesOf } from './frames';

/** `first` is the key of the set that a hanging protocol shows first, where one fits. */
interface Ahead { dicomweb: string; page: string; sets: DisplaySet[]; first: string }
type State = 'fetching' | 'ready' | 'none';

const AT_ONCE = 2;
/** What is looked at first, not the whole exam: the rest comes while it is read. */
const MOST_FRAMES = 64;
const MOST_BYTES = 96 * 1024 * 1024;
const AGAIN_MS = 15_000;
const SETTLE_MS = 400;
/** While an exam is read the list goes on: what comes next is asked again. */
const ANEW_MS = 90_000;
/** In gigabytes, as browsers tell it. */
const LEAST_MEMORY = 4;

let held = '';
let askedAt = 0;
let timer = 0;

function tell(state: State): void {
  document.documentElement.dataset.ahead = state;
}

function none(): void {
  held = '';
  prepare('');
  tell('none');
}

let rules: HTMLScriptElement | undefined;

/** Have the browser prepare the page itself, unseen (prerendering), instead of the one that it prepared before. A second engine wants room. */
function prepare(page: string): void {
  rules?.remove();
  rules = undefined;
  const { deviceMemory = LEAST_MEMORY } = navigator as { deviceMemory?: number };
  if (!page || deviceMemory < LEAST_MEMORY || !HTMLScriptElement.supports?.('speculationrules')) return;
  rules = document.createElement('script');
  rules.type = 'speculationrules';
  rules.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: [page], eagerness: 'immediate' }] });
  document.head.append(rules);
}

async function ask(address: string, accept: string): Promise<Response> {
  const answer = await fetch(address, { headers: { Accept: accept, 'X-Purpose': 'ahead' }, credentials: 'same-origin', priority: 'low' });
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return answer;
}

async function fetchAhead(address: string): Promise<void> {
  askedAt = Date.now();
  const ahead = (await (await ask(address, 'application/json')).json()) as Ahead;
  const set = ahead.sets.find(({ key }) => key === ahead.first) ?? firstToRead(ahead.sets);
  if (!set) return none();
  if (set.key === held) return;
  prepare('');
  held = set.key;
  tell('fetching');
  const metadata = await ask(metadataAddress(set, ahead.dicomweb), 'application/dicom+json');
  await fetchFrames(framesOf((await metadata.json()) as Dataset[], set, ahead.dicomweb).slice(0, MOST_FRAMES));
  prepare(ahead.page);
  tell('ready');
}

async function fetchFrames(queue: { address: string; accept: string }[]): Promise<void> {
  let bytes = 0;
  const worker = async () => {
    for (let next = queue.shift(); next && bytes < MOST_BYTES; next = queue.shift()) {
      bytes += (await (await ask(next.address, next.accept)).arrayBuffer()).byteLength;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** A line that fails is tried again with the next news; whoever opens the exam meanwhile only waits as before. */
function soon(address: string, milliseconds: number): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    fetchAhead(address).catch(none);
  }, milliseconds);
}

/** Beside images only once these are here: what is read now comes first. */
function whenComplete(begin: () => void): void {
  const root = document.documentElement;
  const isShown = () => ['complete', 'error'].includes(root.dataset.viewer ?? '');
  if (isShown()) return begin();
  const observer = new MutationObserver(() => {
    if (!isShown()) return;
    observer.disconnect();
    begin();
  });
  observer.observe(root, { attributes: true, attributeFilter: ['data-viewer'] });
}

const address = document.querySelector<HTMLElement>('[data-ahead]')?.dataset.ahead;
if (address && 'viewer' in document.documentElement.dataset) {
  const begin = () => {
    soon(address, SETTLE_MS);
    window.setInterval(() => soon(address, 0), ANEW_MS);
  };
  whenShown(() => whenComplete(begin));
}
else if (address) {
  soon(address, SETTLE_MS);
  document.addEventListener('lightbox:refreshed', () => soon(address, Math.max(SETTLE_MS, askedAt + AGAIN_MS - Date.now())));
}
