// What hangs when the page opens: what its address names, else as the person left it, else as a hanging protocol says, else the first
// full series.
import { addressedSet, firstByItself, readBoot, say } from '../boot';
import { endFlicker } from '../comparing/compare';
import { setSync } from '../comparing/sync';
import { openHung } from '../hanging/hang';
import { chooseTool } from '../tools';
import { grid } from '../viewports/layout';
import type { Arrangement } from './arrangement';
import { forgetArrangement, hangArrangement, keepArrangement, keptArrangement } from './layouts';
import { announce } from '../status';
import { whenShown } from '../../../js/shown';

const note = () => document.querySelector<HTMLElement>('[data-left-note]');

/** Hang what is to be seen first. Gives whether there is anything. */
export async function hangFirst(): Promise<boolean> {
  const kept = addressedSet() ? undefined : keptArrangement();
  const shown = await hang(kept);
  if (kept) note()?.toggleAttribute('hidden', false);
  whenShown(keepArrangement);
  return shown;
}

async function hang(kept?: Arrangement): Promise<boolean> {
  const addressed = addressedSet();
  if (kept) await hangArrangement(kept);
  if (kept || (!addressed && readBoot().screen === 1 && (await openHung()))) return true;
  const first = addressed ?? firstByItself();
  if (first) await grid.hang(first);
  return first !== undefined;
}

/** As if the person had never been here. */
export async function startAfresh(): Promise<void> {
  note()?.toggleAttribute('hidden', true);
  endFlicker();
  setSync(false);
  grid.setLayout('1x1');
  chooseTool(readBoot().tools.left);
  await hang();
  if (grid.active.count() > 0) grid.active.reset();
  forgetArrangement();
  announce(say('afresh'));
}

export function closeLeftNote(): void {
  note()?.toggleAttribute('hidden', true);
}
