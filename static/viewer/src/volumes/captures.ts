// Key images of the volume room: the chosen view as a picture, which the server keeps in the archive and marks.
import { utilities } from '@cornerstonejs/core';
import { type DisplaySet, readBoot, say } from '../boot';
import { forget } from '../datasource/datasource';
import { type KeyImage, tellKept, tellKeysChanged } from '../keyimages';
import { patiently, post, reasonOf } from '../outbox';
import { redrawRail } from '../rail';
import { announce, showProblem } from '../status';
import { planeDepth } from './planemarks';
import { room } from './room';
import { mmPerPixel, snapshotOf } from './snapshot';
import type { View } from './view';
import { nearestPicture } from './volumes';

interface Kept { key_image: KeyImage; sets: DisplaySet[] }

/** What the server takes, with something to spare for the rest of the request. */
const MOST_BYTES = 4.5e6;
const SMALLER = 0.8;

let busy = false;
/** Sent, and not known to be kept: the same picture goes under the same name again. */
let unsure: { uid: string; bytes: Uint8Array } | undefined;
/** Kept since the room was opened, the newest last, each after how many steps with measurements. */
let taken: { image: KeyImage; depth: number }[] = [];

export function watchCaptures(): void {
  document.addEventListener('viewer:acted', (event) => {
    if ((event as CustomEvent<string>).detail === 'room-close') taken = [];
  });
}

/** Keep the view that is chosen, as it is seen now. */
export async function keepCapture(): Promise<void> {
  const view = room.active;
  if (!readBoot().mayMark) return announce(say('mayNotMark'));
  if (!view || room.host.dataset.state !== 'shown' || busy) return announce(say('waitForWhole'));
  if (view.layers[0].volume.set.study !== readBoot().studies[0].uid) return announce(say('keyOfReadStudy'));
  busy = true;
  try {
    await keep(view);
  } catch (error) {
    showProblem(say('keyNotKept'), say('tellAdmin'), String(error));
  } finally {
    busy = false;
  }
}

async function keep(view: View): Promise<void> {
  const [about, depth] = [aboutOf(view), planeDepth()];
  const mmWide = view.spec.look === 'solid' ? 0 : mmPerPixel(view) * view.surface.clientWidth;
  const { bytes, width } = await pictureOf(view);
  const uid = unsure && isSame(unsure.bytes, bytes) ? unsure.uid : utilities.uuidv4();
  unsure = { uid, bytes };
  announce(say('saving'));
  const form = new FormData();
  form.set('picture', new Blob([bytes as BlobPart], { type: 'image/png' }), 'picture.png');
  form.set('about', JSON.stringify({ ...about, ...(mmWide ? { spacing: mmWide / width } : {}) }));
  const answer = await patiently(readBoot().captureUrl.replace('UUID', uid), form);
  if (!answer?.ok) return showProblem(say('keyNotKept'), answer ? await reasonOf(answer) : say('keyPressAgain'), String(answer?.status ?? ''));
  unsure = undefined;
  const kept = (await answer.json()) as Kept;
  taken.push({ image: kept.key_image, depth });
  showSets(kept.sets);
  tellKept(kept.key_image, view.element);
}

/** Take back the last one, where nothing was measured after it; gives whether there was one. */
export function takeBackCapture(): boolean {
  const last = taken.at(-1);
  if (!last || planeDepth() > last.depth) return false;
  taken.pop();
  void remove(last);
  return true;
}

async function remove(last: { image: KeyImage; depth: number }): Promise<void> {
  const answer = await post({ url: last.image.picture.replace(/picture\/$/, ''), method: 'DELETE' });
  if (!answer?.ok && answer?.status !== 404) {
    taken.push(last);
    return showProblem(say('keyNotTakenBack'), answer ? await reasonOf(answer) : say('noServerHint'), String(answer?.status ?? ''));
  }
  tellKeysChanged();
  announce(say('keyTakenBack'));
}

function showSets(sets: DisplaySet[]): void {
  const [study] = readBoot().studies;
  const frames = new Map(study.sets.map((set) => [set.key, set.frames]));
  for (const set of sets) if (frames.get(set.key) !== set.frames) forget(set);
  study.sets = sets;
  redrawRail();
}

/** As PNG; smaller than it is seen where it would be more than the server takes. */
async function pictureOf(view: View): Promise<{ bytes: Uint8Array; width: number }> {
  for (let share = 1; ; share *= SMALLER) {
    const canvas = await snapshotOf(view, share);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error('PNG');
    if (blob.size <= MOST_BYTES) return { bytes: new Uint8Array(await blob.arrayBuffer()), width: canvas.width };
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Where each series is cut or seen, and with which window. */
function aboutOf(view: View): object {
  const { look } = view.spec;
  const middle = view.framed().slice(0, 3) as [number, number, number];
  const sources = view.layers.map((layer) => {
    const { instance, frame } = nearestPicture(layer.volume, middle);
    const range = look === 'solid' ? undefined : view.range(layer);
    return { instance, frame, ...(range ? { window: [range.lower * layer.factor, range.upper * layer.factor], unit: layer.ucum } : {}) };
  });
  const preset = look === 'solid' ? room.solid.chosen.preset : undefined;
  const caption = [view.title, look === 'plane' ? view.slabText : '', preset ? say(`solid.${preset}`) : ''].filter(Boolean).join(' · ');
  return { look, sources, caption, ...(look === 'plane' ? { plane: view.planeName, ...room.slab.now } : {}), ...(preset ? { preset } : {}) };
}
