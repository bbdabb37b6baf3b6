// Asking for DICOM JSON, at most once at a time for an address that was asked for early.

export class RequestFailed extends Error {
  constructor(readonly status: number, address: string) {
    super(`${status} ${address}`);
  }
}

const early = new Map<string, Promise<unknown>>();

/** Begin a request whose answer `getJson` will hand out. */
export function askEarly(address: string): void {
  const answer = request(address);
  answer.catch(() => early.delete(address));
  early.set(address, answer);
}

/** The JSON at an address. Throws RequestFailed; status 0 means no answer. */
export function getJson<T>(address: string): Promise<T> {
  const begun = early.get(address);
  early.delete(address);
  return (begun ?? request(address)) as Promise<T>;
}

async function request(address: string): Promise<unknown> {
  const answer = await fetch(address, { headers: { Accept: 'application/dicom+json' }, credentials: 'same-origin' }).catch(() => undefined);
  if (!answer) throw new RequestFailed(0, address);
  if (!answer.ok) throw new RequestFailed(answer.status, address);
  return answer.json();
}
