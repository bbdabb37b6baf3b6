// What the reader is told of a picture's name and texts.
import { say, type StudyEntry } from '../boot';
import type { Dataset } from './dicomjson';
import { misread, shownName } from './names';

/** Lines to stand under the name: another one in the picture, and the character set that it was perhaps misread in. */
export function nameDoubts(ds: Dataset, study: StudyEntry | undefined): string[] {
  const { other } = shownName(ds, study?.name);
  const { name } = misread(ds, study?.nameGuessed);
  return [...(other ? [say('nameInImage', { name: other })] : []), ...(name === undefined ? [] : [say('misread.name', { set: setSaid(name) })])];
}

export function textDoubts(ds: Dataset): string[] {
  const { texts } = misread(ds);
  return texts === undefined ? [] : [say('misread.texts', { set: setSaid(texts) })];
}

function setSaid(set: string): string {
  return set || say('misread.none');
}
