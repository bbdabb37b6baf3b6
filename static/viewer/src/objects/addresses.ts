// Where the server has what it says of objects.
import { type DisplaySet, readBoot } from '../boot';

const api = (study: string) => readBoot().objectsUrl.replace(readBoot().studies[0].uid, study);

export function objectsAddress(set: DisplaySet): string {
  return `${api(set.study)}${set.series}/`;
}

/** The bits of a segment, or the values of a dose. */
export function valuesAddress(study: string, instance: string, segment?: number): string {
  const address = `${api(study).replace(/objects\/$/, 'overlays/')}${instance}/`;
  return segment === undefined ? address : `${address}?segment=${segment}`;
}

export function documentAddress(study: string, instance: string): string {
  return `/viewer/${study}/documents/${instance}/`;
}
