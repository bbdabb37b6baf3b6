// Palettes as the image loader wants them: as words in the metadata. The server expands segmented ones (PS3.3 C.7.9).
import { binary, type Dataset, number, text } from './dicomjson';
import { getBytes } from './requests';

const CHANNELS = ['01', '02', '03'];

/** Puts the palette of a picture into its metadata; a picture without one stays as it is. Throws RequestFailed. */
export async function completePalette(ds: Dataset, address: string): Promise<void> {
  if (text(ds, '00280004') !== 'PALETTE COLOR') return;
  const tables = CHANNELS.map(async (channel) => {
    const bytes = binary(ds[`002812${channel}`]) ?? (await getBytes(`${address}/bulkdata/002812${channel}`));
    ds[`002812${channel}`] = { vr: 'OW', Value: entries(bytes, number(ds, `002811${channel}`) || 65536) };
  });
  await Promise.all(tables);
}

/** Tables of eight bits are kept in bytes, or in words of which half is empty. */
function entries(bytes: Uint8Array, count: number): number[] {
  if (bytes.length < 2 * count) return [...bytes];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: count }, (_, index) => view.getUint16(2 * index, true));
}
