// What a page opens with, decided in one place: for what hangs, and for what is asked for while the engine is still on its way.
import { addressedSet, allSets, type DisplaySet, firstAsUsual, type Hanging, readBoot } from '../boot';
import { type Arrangement, soundArrangement } from './arrangement';
import { heldHere } from './here';

/** `set` is what is looked at first; none where there are no pictures. */
export interface Opening { set?: DisplaySet; kept?: Arrangement; hanging?: Hanging }

/** What the address names, else as the person left it, unless they start afresh, else by the first protocol that fits, else as usual. A
 * further screen has no protocol. */
export function openingOf({ isAfresh = false } = {}): Opening {
  const addressed = addressedSet();
  if (addressed) return { set: addressed };
  const kept = isAfresh ? undefined : keptArrangement();
  if (kept) return { kept, set: setOf(kept.panes[kept.active]?.set) };
  const { screen, hangings: [hanging] } = readBoot();
  if (screen > 1 || !hanging) return { set: firstAsUsual() };
  return { hanging, set: setOf(hanging.panes.find((place) => place.set)?.set) };
}

/** How the person left it: what a window that died had not sent yet, else what the server knows. */
function keptArrangement(): Arrangement | undefined {
  const waiting = heldHere().find(readBoot().layoutUrl);
  const body = waiting?.body as { arrangement?: unknown } | undefined;
  return soundArrangement(waiting ? body?.arrangement : readBoot().layout, new Set(allSets().map((set) => set.key)));
}

function setOf(key: string | undefined): DisplaySet | undefined {
  return allSets().find((set) => set.key === key);
}
