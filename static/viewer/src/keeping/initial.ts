// What hangs when the page opens: what its address names, else as the person left it, else what a rule of the department says, else the
// first full series.
import { addressedSet, firstByItself, say } from '../boot';
import { endFlicker } from '../comparing/compare';
import { setSync } from '../comparing/sync';
import { chooseTool } from '../tools';
import { grid } from '../viewports/layout';
import type { Arrangement } from './arrangement';
import { forgetArrangement, hangArrangement, keepArrangement, keptArrangement } from './layouts';
import { announce } from '../status';

/** Gives an arrangement of what is there, or nothing. */
type Rule = () => Arrangement | undefined;
const rules: Rule[] = [];

/** Have a rule asked when nobody left the exam in another way; the first that answers counts. */
export function arrangeBy(rule: Rule): void {
  rules.push(rule);
}

const note = () => document.querySelector<HTMLElement>('[data-left-note]');

/** Hang what is to be seen first. Gives whether there is anything. */
export async function hangFirst(): Promise<boolean> {
  const kept = addressedSet() ? undefined : keptArrangement();
  const shown = await hang(kept);
  if (kept) note()?.toggleAttribute('hidden', false);
  keepArrangement();
  return shown;
}

async function hang(kept?: Arrangement): Promise<boolean> {
  const addressed = addressedSet();
  const arrangement = kept ?? (addressed ? undefined : byRule());
  const first = addressed ?? firstByItself();
  if (arrangement) await hangArrangement(arrangement);
  else if (first) await grid.hang(first);
  return Boolean(arrangement ?? first);
}

function byRule(): Arrangement | undefined {
  for (const rule of rules) {
    const found = rule();
    if (found) return found;
  }
  return undefined;
}

/** As if the person had never been here. */
export async function startAfresh(): Promise<void> {
  note()?.toggleAttribute('hidden', true);
  endFlicker();
  setSync(false);
  grid.setLayout('1x1');
  chooseTool('window');
  await hang();
  if (grid.active.count() > 0) grid.active.reset();
  forgetArrangement();
  announce(say('afresh'));
}

export function closeLeftNote(): void {
  note()?.toggleAttribute('hidden', true);
}
