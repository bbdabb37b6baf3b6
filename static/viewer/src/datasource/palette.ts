// Palettes as the image loader wants them: as words in the metadata. The server expands segmented ones (PS3.3 C.7.9).
import { wordsOf } from './bulk';
import { binary, type Dataset, number, text } from './dicomjson';
import { getBytes } from './requests';

const CHANNELS = ['01', '02', '03'];

/** Puts the palette of a picture into its metadata; a picture without one stays as it is. Throws RequestFailed. */
export async function completePalette(ds: Dataset, address: string): Promise<void> {
  if (text(ds, '00280004') !== 'PALETTE COLOR') return;
  const tables = CHANNELS.map(async (channel) => {
    const bytes = binary(ds[`002812${channel}`]) ?? (await getBytes(`${address}/bulkdata/002812${channel}`));
    ds[`002812${channel}`] = { vr: 'OW', Value: wordsOf(bytes, number(ds, `002811${channel}`) || 65536) };
  });
  await Promise.all(tables);
}
