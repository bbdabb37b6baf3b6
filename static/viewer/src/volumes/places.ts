// From places in the patient to the plane through them: of measurements in structured reports, which may lie on no picture.
import { allSets, type DisplaySet, say } from '../boot';
import { imageIdsOf, metadataOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { grid } from '../viewports/layout';
import { announce } from '../status';
import { cross, dot, unit, type Vector } from './geometry';
import { between } from './lines';
import { room } from './room';
import { verdictOf } from './volumes';

interface Wanted { places: Vector[]; frame: string }

/** Hear of places that somebody wants to see; `viewer:places` names them. */
export function watchPlaces(): void {
  document.addEventListener('viewer:places', ((event: CustomEvent<Wanted>) => void show(event.detail)) as EventListener);
}

async function show(wanted: Wanted): Promise<void> {
  if (!isCut(wanted.frame)) {
    const set = await setIn(wanted.frame);
    if (!set) return announce(say('frameElsewhere'));
    await grid.hang(set);
    await room.toggle('mpr');
  }
  if (isCut(wanted.frame)) room.lookAt(middleOf(wanted.places), normalOf(wanted.places));
}

function isCut(frame: string): boolean {
  return room.isOpen && room.kind !== 'solid' && room.cuts().length > 0 && room.frame === frame;
}

/** The series that is shown when it fits, else the largest that is a volume in this frame of reference. */
async function setIn(frame: string): Promise<DisplaySet | undefined> {
  const shown = grid.active.set;
  const sets = allSets().filter((set) => set.kind === 'image').sort((a, b) => Number(b === shown) - Number(a === shown) || b.frames - a.frames);
  for (const set of sets) {
    const [first] = await imageIdsOf(set).catch(() => [] as string[]);
    if (first && text(metadataOf(first), '00200052') === frame && (await verdictOf(set)).ok) return set;
  }
  return undefined;
}

function middleOf(places: Vector[]): Vector {
  return [0, 1, 2].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length) as Vector;
}

const AXES: Vector[] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]];
const FLAT = 1e-3;

/** Across all of the places; of a line, the one that is nearest to an upright plane. */
export function normalOf(places: Vector[]): Vector | undefined {
  const [first, ...others] = places;
  const along = others.map((place) => between(first, place)).find((step) => Math.hypot(...step) > FLAT);
  if (!along) return undefined;
  const way = unit(along);
  for (const place of others) {
    const across = cross(way, between(first, place));
    if (Math.hypot(...across) > FLAT) return unit(across);
  }
  const [nearest] = [...AXES].sort((a, b) => Math.abs(dot(a, way)) - Math.abs(dot(b, way)));
  return unit(nearest.map((part, axis) => part - dot(nearest, way) * way[axis]) as Vector);
}
