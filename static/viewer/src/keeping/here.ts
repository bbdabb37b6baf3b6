// The store of this browser in which changes wait for the server, for whoever the page is for.
import { Held, type Store } from './held';

const NAME = 'lightbox.viewer.outbox';

/** Without a store at all everything is kept in the window. */
const NOWHERE: Store = { length: 0, key: () => null, getItem: () => null, removeItem: () => undefined, setItem: () => { throw new Error('no store'); } };

/** One for each person: nobody sends what somebody else measured. */
export function nameHere(): string {
  return `${NAME}:${document.body.dataset.person ?? ''}`;
}

export function heldHere(): Held {
  return new Held(storeOf(), nameHere());
}

function storeOf(): Store {
  try {
    return window.localStorage;
  } catch {
    return NOWHERE;
  }
}
