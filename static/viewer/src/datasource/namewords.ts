// What the reader is told of a picture's name and texts.
import { say } from '../boot';
import type { Dataset } from './dicomjson';
import { type KnownName, misread, shownName } from './names';

/** Lines to stand under the name: another one in the picture, and the character set that it was perhaps misread in. */
export function nameDoubts(ds: Dataset, known: KnownName | null | undefined): string[] {
  const { other } = shownName(ds, known);
  const { name } = misread(ds);
  return [...(other ? [say('nameInImage', { name: other })] : []), ...(name === undefined ? [] : [say('misread.name', { set: setSaid(name) })])];
}

export function textDoubts(ds: Dataset): string[] {
  const { texts } = misread(ds);
  return texts === undefined ? [] : [say('misread.texts', { set: setSaid(texts) })];
}

function setSaid(set: string): string {
  return set || say('misread.none');
}
