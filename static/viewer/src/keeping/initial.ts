// What hangs when the page opens, and when the reader starts afresh.
import { readBoot, say } from '../boot';
import { beginAsUsual, hangBy, tellHung } from '../hanging/hang';
import { chooseTool } from '../tools';
import { isFurther } from '../screens/desk';
import { grid } from '../viewports/layout';
import { forgetArrangement, hangArrangement, keepArrangement } from './layouts';
import { type Opening, openingOf } from './opening';
import { announce } from '../status';
import { whenShown } from '../../../js/shown';

const note = () => document.querySelector<HTMLElement>('[data-left-note]');

/** Hang what is to be seen first. Gives whether there is anything. */
export async function hangFirst(): Promise<boolean> {
  const opening = openingOf();
  const shown = await hang(opening);
  if (opening.kept) showLeftNote();
  whenShown(keepArrangement);
  return shown;
}

async function hang({ kept, hanging, set }: Opening): Promise<boolean> {
  if (kept) await hangArrangement(kept);
  else if (hanging) await hangBy(0);
  else if (set) await grid.hang(set);
  return set !== undefined;
}

/** As if the person had never been here: in viewports that remember nothing, with nothing that ties them. */
export async function startAfresh(): Promise<void> {
  note()?.toggleAttribute('hidden', true);
  beginAsUsual();
  chooseTool(readBoot().tools.left);
  await hang(openingOf({ isAfresh: true }));
  forgetArrangement();
  tellHung();
  announce(say('afresh'));
}

/** On a further screen, which has no series beside it, the note lies over the pictures until something is done with them. */
function showLeftNote(): void {
  note()?.toggleAttribute('hidden', false);
  if (!isFurther()) return;
  const done = new AbortController();
  const leave = (event: Event) => {
    if (note()?.contains(event.target as Node) || (event as KeyboardEvent).key === 'Tab' || (event as KeyboardEvent).key === 'Shift') return;
    closeLeftNote();
    done.abort();
  };
  for (const deed of ['pointerdown', 'keydown', 'wheel']) document.addEventListener(deed, leave, { capture: true, passive: true, signal: done.signal });
}

export function closeLeftNote(): void {
  note()?.toggleAttribute('hidden', true);
}
