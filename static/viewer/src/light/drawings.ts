// Drawings by the server, small ones first; as many bytes of them are kept as a phone can spare.
import { RequestFailed } from '../datasource/requests';
import type { Picture } from './stack';

export interface Look { window?: [centre: number, width: number]; side: number; quality: number; part?: [number, number, number, number] }

const MOST_BYTES = 40 * 1024 * 1024;
const shelf = new Map<string, Blob>();
let held = 0;

export function addressOf(picture: Picture, { window, side, quality, part }: Look): string {
  const query = new URLSearchParams({ viewport: [side, side, ...(part ?? [])].join(','), quality: String(quality) });
  if (window) query.set('window', `${window[0]},${window[1]},linear`);
  return `${picture.address}?${query}`.replaceAll('%2C', ',');
}

export function isHere(address: string): boolean {
  return shelf.has(address);
}

/** The drawing at an address. Throws RequestFailed, with status 0 where there is no line. */
export async function drawing(address: string, signal?: AbortSignal): Promise<ImageBitmap> {
  const blob = shelf.get(address) ?? keep(address, await fetched(address, signal));
  return createImageBitmap(blob);
}

async function fetched(address: string, signal?: AbortSignal): Promise<Blob> {
  const answer = await fetch(address, { headers: { Accept: 'image/jpeg' }, credentials: 'same-origin', signal }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return undefined;
  });
  if (!answer) throw new RequestFailed(0, address);
  if (!answer.ok) throw new RequestFailed(answer.status, address);
  return answer.blob();
}

/** What was wanted longest ago goes first. */
function keep(address: string, blob: Blob): Blob {
  shelf.set(address, blob);
  held += blob.size;
  for (const [oldest, other] of shelf) {
    if (held <= MOST_BYTES) break;
    shelf.delete(oldest);
    held -= other.size;
  }
  return blob;
}
