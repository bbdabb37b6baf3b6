// The order in which the images of a series are read.
import { type Dataset, number, numbers } from './dicomjson';

export function hasPixels(ds: Dataset): boolean {
  return (number(ds, '00280010') ?? 0) > 0 && (number(ds, '00280011') ?? 0) > 0;
}

/** By place along the slice normal where that is certain, else by image number. */
export function inReadingOrder(all: Dataset[]): Dataset[] {
  const byNumber = [...all].sort((a, b) => (number(a, '00200013') ?? 0) - (number(b, '00200013') ?? 0));
  const places = byNumber.map(placeAlongNormal);
  if (!isOneStack(byNumber, places)) return byNumber;
  const rising = (places[places.length - 1] as number) >= (places[0] as number);
  return byNumber
    .map((ds, index) => ({ ds, place: places[index] as number }))
    .sort((a, b) => (rising ? a.place - b.place : b.place - a.place))
    .map((entry) => entry.ds);
}

function placeAlongNormal(ds: Dataset): number | undefined {
  const [a, b, c, d, e, f] = numbers(ds, '00200037');
  const [x, y, z] = numbers(ds, '00200032');
  if (f === undefined || z === undefined) return undefined;
  return x * (b * f - c * e) + y * (c * d - a * f) + z * (a * e - b * d);
}

function isOneStack(all: Dataset[], places: (number | undefined)[]): boolean {
  if (places.length < 2 || places.some((place) => place === undefined)) return false;
  if (new Set(places.map((place) => (place as number).toFixed(3))).size !== places.length) return false;
  const first = numbers(all[0], '00200037');
  return all.every((ds) => numbers(ds, '00200037').every((cosine, index) => Math.abs(cosine - first[index]) < 0.01));
}
