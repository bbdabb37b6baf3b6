// Bits of segments and values of doses, fetched once; what could not be had is asked for again only when somebody says so.

export interface Fetched { bytes: ArrayBuffer; highest: number }
type State = { fetched?: Fetched; isLost: boolean };

const states = new Map<string, State>();

/** What is at an address, once it is here; `arrived` is called when it is, or when it could not be had. */
export function valuesAt(address: string, arrived: () => void): Fetched | undefined {
  const known = states.get(address);
  if (known) return known.fetched;
  const state: State = { isLost: false };
  states.set(address, state);
  void ask(address).then((fetched) => {
    if (fetched) state.fetched = fetched;
    else state.isLost = true;
    arrived();
  });
  return undefined;
}

async function ask(address: string): Promise<Fetched | undefined> {
  const answer = await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/octet-stream' } }).catch(() => undefined);
  if (!answer?.ok) return undefined;
  const bytes = await answer.arrayBuffer().catch(() => undefined);
  return bytes && { bytes, highest: Number(answer.headers.get('X-Highest')) };
}

/** Whether something of the object could not be had. */
export function isLost(uid: string): boolean {
  return [...states].some(([address, state]) => state.isLost && address.includes(`/${uid}/`));
}

/** Ask for what could not be had once more. */
export function askAgain(uid: string): void {
  for (const [address, state] of states) if (state.isLost && address.includes(`/${uid}/`)) states.delete(address);
}
