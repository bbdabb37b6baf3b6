// Whether pictures lost something when they were coded: it is said over them wherever they are shown (PS3.3 C.7.6.1.1.5).
import { say } from '../boot';
import { type Dataset, number, text } from './dicomjson';

const JPEG = '1.2.840.10008.1.2.4.';
/** Codings that always lose something, whatever the header says of it: JPEG baseline and extended, JPEG-LS near-lossless, films. */
const ALWAYS = [50, 51, 81, 100, 101, 102, 103, 104, 105, 106, 107, 108].map((number) => `${JPEG}${number}`);

/** The mark for an object, with the ratio where it is told; empty where nothing was lost. */
export function lossyMark(ds: Dataset): string {
  if (text(ds, '00282110') !== '01' && !ALWAYS.includes(text(ds, '00083002'))) return '';
  const ratio = number(ds, '00282112');
  return ratio ? `${say('lossy')} ${ratio.toFixed(0)}:1` : say('lossy');
}
