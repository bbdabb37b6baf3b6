// Whether a picture may be hung among those of a patient.
import { type Dataset, text } from './dicomjson';

/** Whether the object names a patient by a number that is not among those taken; without one on either side nothing contradicts. */
export function isStranger(ds: Dataset, taken: string[]): boolean {
  const number = text(ds, '00100020').trim();
  return number !== '' && taken.length > 0 && !taken.includes(number);
}
