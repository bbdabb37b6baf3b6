// Whether a picture may be hung among those of a patient.
import { OtherPatient } from '../status';
import { type Dataset, text } from './dicomjson';

/** Whether the object names a patient by a number that is not among those taken; without one on either side nothing contradicts. */
export function isStranger(ds: Dataset, taken: string[]): boolean {
  const number = text(ds, '00100020').trim();
  return number !== '' && taken.length > 0 && !taken.includes(number);
}

/** The objects that may be hung; of those that name another patient how many there are, and the number. Throws OtherPatient where none is left. */
export function withoutStrangers(all: Dataset[], taken: string[]): { own: Dataset[]; strange: { n: number; number: string } } {
  const strange = all.filter((ds) => isStranger(ds, taken));
  const number = strange.length ? text(strange[0], '00100020') : '';
  if (strange.length && strange.length === all.length) throw new OtherPatient(number);
  return { own: all.filter((ds) => !strange.includes(ds)), strange: { n: strange.length, number } };
}
