// Saving key images, views and measurements to the archive, where other viewers find them.
import { type DisplaySet, readBoot, say } from '../boot';
import { saveAllNow } from '../measuring/marks';
import { delivered, post, reasonOf } from '../outbox';
import { redrawRail } from '../rail';
import { announce, showProblem } from '../status';
import { savePlaneMarksNow } from '../volumes/planemarks';
import { keepOpen } from './opened';

interface Saved { saved: { version: number }[]; sets: DisplaySet[] }
let saving = false;

export async function saveObjects(): Promise<void> {
  if (!readBoot().mayMark) return announce(say('mayNotMark'));
  if (saving) return;
  saving = true;
  try {
    await save();
  } finally {
    saving = false;
  }
}

async function save(): Promise<void> {
  announce(say('saving'));
  saveAllNow();
  savePlaneMarksNow();
  if (!(await delivered())) return showProblem(say('objectsNotSaved'), say('notSavedHint'));
  const answer = await post({ url: readBoot().objectsUrl, method: 'POST', body: {} });
  if (!answer?.ok) return showProblem(say('objectsNotSaved'), await reasonOf(answer), String(answer?.status ?? ''));
  const { saved, sets } = (await answer.json()) as Saved;
  readBoot().studies[0].sets = sets;
  redrawRail();
  keepOpen();
  announce(say('objectsSaved', { n: saved.length, version: saved[0]?.version ?? 1 }));
}
