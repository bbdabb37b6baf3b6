// Numbers that metadata hold in line, as bytes, or point to.
import type { Element } from './dicomjson';
import { getBytes } from './requests';

/** The bytes of an element, fetched where the metadata only point to them. Throws RequestFailed. */
export async function bytesOf(element: Element | undefined): Promise<Uint8Array | undefined> {
  if (element?.InlineBinary) return Uint8Array.from(atob(element.InlineBinary), (char) => char.charCodeAt(0));
  return element?.BulkDataURI ? getBytes(element.BulkDataURI) : undefined;
}

/** Bytes as numbers: `count` words, or bytes where there are no more. */
export function wordsOf(bytes: Uint8Array, count: number): number[] {
  if (bytes.length < 2 * count) return [...bytes];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: count }, (_, index) => view.getUint16(2 * index, true));
}
