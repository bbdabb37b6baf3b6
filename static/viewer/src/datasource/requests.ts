// Asking for DICOM JSON and bulk data; JSON at most once at a time for an address that was asked for early.

export class RequestFailed extends Error {
  constructor(readonly status: number, address: string) {
    super(`${status} ${address}`);
  }
}

const early = new Map<string, Promise<unknown>>();

/** Begin a request whose answer `getJson` will hand out; gives it, too. */
export function askEarly(address: string): Promise<unknown> {
  const answer = request(address);
  answer.catch(() => early.delete(address));
  early.set(address, answer);
  return answer;
}

/** The JSON at an address. Throws RequestFailed; status 0 means no answer. */
export function getJson<T>(address: string): Promise<T> {
  const begun = early.get(address);
  early.delete(address);
  return (begun ?? request(address)) as Promise<T>;
}

/** The bytes at an address of bulk data. Throws RequestFailed. */
export async function getBytes(address: string): Promise<Uint8Array> {
  const answer = await ask(address, 'application/octet-stream');
  return new Uint8Array(await answer.arrayBuffer());
}

/** The answer of an operation of our own. Throws RequestFailed. */
export async function getAnswer<T>(address: string): Promise<T> {
  const answer = await ask(address, 'application/json');
  return (await answer.json()) as T;
}

async function request(address: string): Promise<unknown> {
  const answer = await ask(address, 'application/dicom+json');
  return answer.json();
}

async function ask(address: string, accept: string): Promise<Response> {
  const answer = await fetch(address, { headers: { Accept: accept }, credentials: 'same-origin' }).catch(() => undefined);
  if (!answer) throw new RequestFailed(0, address);
  if (!answer.ok) throw new RequestFailed(answer.status, address);
  return answer;
}
