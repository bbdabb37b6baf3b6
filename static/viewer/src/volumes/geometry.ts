// Whether pictures make up a volume that may be cut in any direction, and which. Nothing here draws; it reads headers only.
import { type Dataset, isColour, number, numbers, text } from '../datasource/dicomjson';

export type Vector = [number, number, number];

export interface Slice { id: string; ds: Dataset }

export interface Geometry {
  /** Picture ids along the normal, rising. */
  ids: string[];
  origin: Vector;
  /** Row direction, column direction, normal. */
  direction: number[];
  /** Between columns, rows and slices. */
  spacing: Vector;
  dimensions: Vector;
  frameOfReference: string;
  /** How many pictures there are at each place, and which of them is in the volume, from 0. */
  phases: number;
  phase: number;
}

export type Verdict = { ok: true; geometry: Geometry } | { ok: false; reason: string; values: Record<string, string> };

const LEAST_SLICES = 3;
const DEGREES = 180 / Math.PI;
/** Half a degree moves the far end of a 30 cm stack by 2.6 mm. */
const MOST_TILT_DEGREES = 0.5;
const MOST_TURN_DEGREES = 0.1;
/** Scanners round places to a tenth of a millimetre, which is a sixth of the thinnest slices. */
const MOST_OFF_GRID = 0.1;
const SAME_SPACING = 0.001;
const SAME_PLACE_MM = 0.01;

interface Placed { slice: Slice; position: Vector; along: number }

/** The volume that `slices` make up, or why they do not. `shown` is the picture whose phase is wanted where several share a place. */
export function checkGeometry(slices: Slice[], shown = ''): Verdict {
  const refused = notAlike(slices);
  if (refused) return refused;
  const [row, column] = cosinesOf(slices[0].ds);
  const normal = cross(row, column);
  const levels = byPlace(slices, normal);
  const phases = levels[0].length;
  if (levels.some((level) => level.length !== phases)) return refuse('twice');
  if (levels.length < LEAST_SLICES) return refuse('few', { n: String(levels.length) });
  const phase = Math.max(0, ...levels.map((level) => level.findIndex(({ slice }) => slice.id === shown)));
  const chosen = levels.map((level) => level[phase]);
  return offGrid(chosen, normal) ?? { ok: true, geometry: geometryOf(chosen, row, column, normal, phases, phase) };
}

function refuse(reason: string, values: Record<string, string> = {}): Verdict {
  return { ok: false, reason, values };
}

/** What every picture must have, and have like the others. */
function notAlike(slices: Slice[]): Verdict | undefined {
  if (slices.length < LEAST_SLICES) return refuse('few', { n: String(slices.length) });
  const [first] = slices;
  if (slices.some(({ ds }) => isColour(ds))) return refuse('colour');
  if (slices.some(({ ds }) => numbers(ds, '00200032').length !== 3 || numbers(ds, '00200037').length !== 6)) return refuse('noPlace');
  if (slices.some(({ ds }) => !(numbers(ds, '00280030').length === 2 && numbers(ds, '00280030').every((mm) => mm > 0)))) return refuse('noSpacing');
  if (slices.some(({ ds }) => text(ds, '00200052') !== text(first.ds, '00200052'))) return refuse('frame');
  if (slices.some(({ ds }) => turnBetween(first.ds, ds) > MOST_TURN_DEGREES)) return refuse('orientation');
  if (slices.some(({ ds }) => !isSameSize(first.ds, ds))) return refuse('size');
  return undefined;
}

function isSameSize(a: Dataset, b: Dataset): boolean {
  const sides = ['00280010', '00280011'].every((tag) => number(a, tag) === number(b, tag));
  const other = numbers(b, '00280030');
  return sides && numbers(a, '00280030').every((mm, index) => Math.abs(mm - other[index]) <= SAME_SPACING * mm);
}

/** The largest angle between the two pairs of directions. */
function turnBetween(a: Dataset, b: Dataset): number {
  const others = cosinesOf(b);
  return Math.max(...cosinesOf(a).map((cosine, index) => Math.atan2(Math.hypot(...cross(cosine, others[index])), dot(cosine, others[index])) * DEGREES));
}

function cosinesOf(ds: Dataset): [Vector, Vector] {
  const values = numbers(ds, '00200037');
  return [unit(values.slice(0, 3) as Vector), unit(values.slice(3, 6) as Vector)];
}

/** Pictures at one place together, in the order in which they were taken; places rising along the normal. */
function byPlace(slices: Slice[], normal: Vector): Placed[][] {
  const placed = slices.map((slice) => {
    const position = numbers(slice.ds, '00200032') as Vector;
    return { slice, position, along: dot(position, normal) };
  });
  placed.sort((a, b) => a.along - b.along);
  const levels: Placed[][] = [];
  for (const one of placed) {
    const level = levels[levels.length - 1];
    if (level && one.along - level[0].along < SAME_PLACE_MM) level.push(one);
    else levels.push([one]);
  }
  for (const level of levels) level.sort((a, b) => earlier(a.slice.ds, b.slice.ds));
  return levels;
}

/** Temporal position, trigger, acquisition, and at last the picture's number tell phases apart. */
function earlier(a: Dataset, b: Dataset): number {
  for (const tag of ['00200100', '00181060', '00200012', '00080032', '00180081', '00200013']) {
    const gap = (number(a, tag) ?? 0) - (number(b, tag) ?? 0);
    if (gap) return gap;
  }
  return 0;
}

/** Why the places of the slices are not those of an upright, even grid. */
function offGrid(placed: Placed[], normal: Vector): Verdict | undefined {
  const [first, last] = [placed[0], placed[placed.length - 1]];
  const step = (last.along - first.along) / (placed.length - 1);
  if (placed.some(({ along }, index) => Math.abs(along - first.along - index * step) > MOST_OFF_GRID * step)) return refuse('uneven', gapsOf(placed));
  const aside = placed.map(({ position, along }) => asideOf(first, position, along, normal));
  const most = Math.max(...aside);
  const degrees = Math.atan2(most, last.along - first.along) * DEGREES;
  return degrees > MOST_TILT_DEGREES ? refuse('tilt', { n: degrees.toFixed(1) }) : undefined;
}

/** How far a slice's corner lies beside the normal through the first one's. */
function asideOf(first: Placed, position: Vector, along: number, normal: Vector): number {
  const up = along - first.along;
  return Math.hypot(...position.map((part, axis) => part - first.position[axis] - up * normal[axis]));
}

function gapsOf(placed: Placed[]): Record<string, string> {
  const gaps = placed.slice(1).map(({ along }, index) => along - placed[index].along);
  return { from: Math.min(...gaps).toFixed(2), to: Math.max(...gaps).toFixed(2) };
}

function geometryOf(placed: Placed[], row: Vector, column: Vector, normal: Vector, phases: number, phase: number): Geometry {
  const { ds } = placed[0].slice;
  const [betweenRows, betweenColumns] = numbers(ds, '00280030');
  const step = (placed[placed.length - 1].along - placed[0].along) / (placed.length - 1);
  return {
    ids: placed.map(({ slice }) => slice.id),
    origin: placed[0].position,
    direction: [...row, ...column, ...normal],
    spacing: [betweenColumns, betweenRows, step],
    dimensions: [number(ds, '00280011')!, number(ds, '00280010')!, placed.length],
    frameOfReference: text(ds, '00200052') || text(ds, '0020000E'),
    phases,
    phase,
  };
}

export interface Room { bytes: number; largestSide: number }

/** A picture point takes two bytes as decoded and four as drawn. */
const BYTES_PER_POINT = 6;

/** Take every n-th slice: the smallest n with which the volume fits; 1 when all of it does, 0 when nothing will. */
export function stepThatFits({ dimensions: [columns, rows, slices] }: Geometry, room: Room): number {
  if (Math.max(columns, rows) > room.largestSide) return 0;
  const most = Math.min(room.largestSide, Math.floor(room.bytes / (columns * rows * BYTES_PER_POINT)));
  if (most < LEAST_SLICES) return 0;
  return slices <= most ? 1 : Math.ceil((slices - 1) / (most - 1));
}

/** What a volume that does not fit is too large for: by its sides or its slices for a texture, or for the memory. */
export function tooLargeFor({ dimensions: [columns, rows, slices] }: Geometry, room: Room): 'side' | 'slices' | 'memory' {
  if (Math.max(columns, rows) > room.largestSide) return 'side';
  return columns * rows * slices * BYTES_PER_POINT > room.bytes ? 'memory' : 'slices';
}

/** The same volume with every n-th of its slices. */
export function thinned(geometry: Geometry, step: number): Geometry {
  if (step === 1) return geometry;
  const ids = geometry.ids.filter((_, index) => index % step === 0);
  const [columns, rows] = geometry.dimensions;
  const [across, down, between] = geometry.spacing;
  return { ...geometry, ids, dimensions: [columns, rows, ids.length], spacing: [across, down, between * step] };
}

/** The place of a point given by column, row and slice. */
export function placeAt({ origin, direction, spacing }: Geometry, index: Vector): Vector {
  return origin.map((start, axis) => start + [0, 1, 2].reduce((sum, side) => sum + direction[side * 3 + axis] * spacing[side] * index[side], 0)) as Vector;
}

/** Column, row and slice of a place, not rounded. */
export function indexAt({ origin, direction, spacing }: Geometry, place: Vector): Vector {
  const from = place.map((part, axis) => part - origin[axis]) as Vector;
  return [0, 1, 2].map((side) => dot(from, direction.slice(side * 3, side * 3 + 3) as Vector) / spacing[side]) as Vector;
}

/** Where a place lies in parts of what the volume takes of the patient, from the right, the front and the feet: the same place for scans
 * that are cut in another plane or stacked the other way. */
export function shareOf(geometry: Geometry, place: Vector): Vector {
  return extentOf(geometry).map(([low, high], axis) => (place[axis] - low) / (high - low || 1)) as Vector;
}

export function placeOfShare(geometry: Geometry, share: Vector): Vector {
  return extentOf(geometry).map(([low, high], axis) => low + share[axis] * (high - low)) as Vector;
}

function extentOf(geometry: Geometry): [low: number, high: number][] {
  const ends = geometry.dimensions.map((count) => [0, count - 1]);
  const corners = ends[0].flatMap((x) => ends[1].flatMap((y) => ends[2].map((z) => placeAt(geometry, [x, y, z]))));
  return [0, 1, 2].map((axis) => [Math.min(...corners.map((one) => one[axis])), Math.max(...corners.map((one) => one[axis]))]);
}

export function middleOf(geometry: Geometry): Vector {
  return placeAt(geometry, geometry.dimensions.map((count) => (count - 1) / 2) as Vector);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: ArrayLike<number>, b: ArrayLike<number>): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function unit(v: Vector): Vector {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}
