// Finding the pictures that an object names, and going to one.
import { allSets, type DisplaySet } from '../boot';
import { imageIdsOf, placeOf } from '../datasource/datasource';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import type { Named } from './types';

export function isNamed(named: Named[], imageId: string): boolean {
  const place = placeOf(imageId);
  return named.some(({ instance, frame }) => instance === place.instance && (frame === null || frame === place.frame));
}

/** An item that holds for the shown picture; one that names none holds for all. */
export function itemFor<T extends { for: Named[] }>(items: T[], imageId: string): T | undefined {
  return items.find((item) => !item.for.length || isNamed(item.for, imageId));
}

interface Found { set: DisplaySet; index: number }

/** Where a named picture hangs; its series may have to be looked into first. */
export async function find(named: Named): Promise<Found | undefined> {
  const sets = allSets().filter((set) => set.kind === 'image' && (!set.instance || set.instance === named.instance));
  for (const set of sets) {
    const ids = await imageIdsOf(set).catch(() => [] as string[]);
    const index = ids.findIndex((id) => isNamed([named], id));
    if (index >= 0) return { set, index };
  }
  return undefined;
}

/** Show a named picture in a pane; false when it is not here. */
export async function goToPicture(named: Named, pane: Pane = grid.active): Promise<boolean> {
  const found = await find(named);
  if (!found) return false;
  if (pane.set?.key !== found.set.key) await grid.hang(found.set, pane, found.index);
  await pane.goTo(found.index);
  return true;
}
