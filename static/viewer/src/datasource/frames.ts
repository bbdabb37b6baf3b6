// Frames as WADO-RS gives them: the one part of a multipart answer (PS3.18 8.6.1.2.1 and 10.4).
import { type DisplaySet } from '../boot';
import { type Dataset, HTJ2K, number, text } from './dicomjson';
import { hasPixels, inReadingOrder } from './order';
import { RequestFailed } from './requests';

const multipart = (syntax: string) => `multipart/related; type=application/octet-stream; transfer-syntax=${syntax}`;
/** As it is stored, whatever its coding. */
export const AS_STORED = multipart('*');
/** Plain values, decoded by the server. */
export const DECODED = multipart('1.2.840.10008.1.2.1');

export interface Part { syntax: string; bytes: Uint8Array }

/** Where the frames of a display set are, from the metadata of its series in reading order, and how the viewer asks for them. */
export function framesOf(all: Dataset[], set: DisplaySet, root: string): { address: string; accept: string }[] {
  const shown = inReadingOrder(all.filter((ds) => hasPixels(ds) && !set.apart.includes(text(ds, '00080018'))));
  return shown.flatMap((ds) => {
    const instance = `${root}/studies/${text(ds, '0020000D')}/series/${text(ds, '0020000E')}/instances/${text(ds, '00080018')}`;
    const syntax = text(ds, '00083002');
    const accept = HTJ2K.includes(syntax) ? `image/jphc; transfer-syntax=${syntax}` : AS_STORED;
    return Array.from({ length: Math.max(1, number(ds, '00280008') ?? 1) }, (_, frame) => ({ address: `${instance}/frames/${frame + 1}`, accept }));
  });
}

const early = new Map<string, Promise<Part>>();

/** Begin a request for a frame as stored, whose answer `frameAt` will hand out. */
export function askFrameEarly(address: string): void {
  const answer = asked(address, AS_STORED);
  answer.catch(() => early.delete(address));
  early.set(address, answer);
}

/** The frame at an address. Throws RequestFailed, and an error where the answer has no part. */
export function frameAt(address: string, accept: string): Promise<Part> {
  const begun = accept === AS_STORED ? early.get(address) : undefined;
  early.delete(address);
  return begun ?? asked(address, accept);
}

async function asked(address: string, accept: string): Promise<Part> {
  const answer = await fetch(address, { headers: { Accept: accept } }).catch(() => undefined);
  if (!answer?.ok) throw new RequestFailed(answer?.status ?? 0, address);
  const bytes = await answer.arrayBuffer().catch(() => undefined);
  if (!bytes) throw new RequestFailed(0, address);
  const part = partOf(new Uint8Array(bytes));
  if (!part) throw new Error('the answer has no frame');
  return part;
}

/** The one part of a multipart answer, with its transfer syntax; undefined where it is none. Only its ends are looked at: a frame is large. */
export function partOf(answer: Uint8Array): Part | undefined {
  const head = new TextDecoder('latin1').decode(answer.subarray(0, 1024));
  const start = head.indexOf('\r\n\r\n') + 4;
  const syntax = /transfer-syntax="?([\d.]+)/i.exec(head.slice(0, start))?.[1];
  const tail = new TextDecoder('latin1').decode(answer.subarray(-256));
  const end = tail.lastIndexOf('\r\n--');
  if (start < 4 || !syntax || end < 0) return undefined;
  return { syntax, bytes: answer.subarray(start, answer.length - tail.length + end) };
}
