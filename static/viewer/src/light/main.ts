// The light page: the report and the pictures of an exam on a phone or a tablet. The server draws; nothing large is loaded.
import { allSets, type DisplaySet, firstToRead, readBoot, say, studyOf } from '../boot';
import { rateOf } from '../viewports/cine';
import { lossyMark } from '../datasource/lossy';
import { dicomDate } from '../datasource/dates';
import { type Dataset, numbers, text } from '../datasource/dicomjson';
import { nameDoubts, textDoubts } from '../datasource/namewords';
import { letters, opposite, storedLetters } from '../viewports/orientation';
import { explain, setState } from '../status';
import { fetchAround } from './ahead';
import { watchGestures } from './gestures';
import { chooseSeries, chooseWindow, note, wireSheets } from './sheets';
import { type Picture, type Stack, stackOf } from './stack';
import { COARSE, Stage } from './stage';
import { FITTED, moved, pixelUnder, type Point, zoomed } from './view';
import { choicesFor } from './windows';

const part = <T extends HTMLElement>(name: string) => document.querySelector<T>(`[data-part="${name}"]`)!;
const page = document.querySelector<HTMLElement>('[data-light]')!;
const [LEAST_STEP, MOST_STEP] = [4, 28];
const TWICE = 2.5;

let set: DisplaySet | undefined;
let pictures: Picture[] = [];
let strange: Stack['strange'] | undefined;
let index = 0;
let asked = 0;
let isMeasuring = false;
let playing = 0;

const stage = new Stage(part('stage'), part<HTMLCanvasElement>('canvas'), drawWords);

async function open(next: DisplaySet, at?: (all: Picture[]) => number): Promise<void> {
  const turn = ++asked;
  stop();
  set = next;
  pictures = [];
  strange = undefined;
  stage.window = undefined;
  stage.view = FITTED;
  stage.clear(say('loading'));
  drawWords();
  setState('loading');
  try {
    const stack = await stackOf(next);
    if (turn !== asked) return;
    ({ pictures, strange } = stack);
  } catch (error) {
    if (turn === asked) failed(error);
    return;
  }
  if (!pictures.length) return nothing(say('noPixels'), say('noPixelsHint'));
  await go(at?.(pictures) ?? 0);
}

function failed(error: unknown): void {
  const { text: words, hint, code } = explain(error);
  nothing(words, [hint, code].filter(Boolean).join(' · '));
}

function nothing(words: string, hint: string): void {
  stage.clear(words, hint);
  setState('error');
  drawWords();
}

async function go(to: number): Promise<void> {
  if (!pictures.length) return;
  index = Math.min(pictures.length - 1, Math.max(0, to));
  drawNumber();
  await stage.show(pictures[index]);
  if (stage.element.dataset.shown === 'image') setState('first-image');
  if (!playing) void fetchAround(pictures, index, stage.window, COARSE);
}

function drawNumber(): void {
  const scrub = part<HTMLInputElement>('scrub');
  scrub.max = String(Math.max(1, pictures.length));
  scrub.value = String(index + 1);
  scrub.disabled = pictures.length < 2;
  scrub.setAttribute('aria-valuetext', say('light.numberSaid', { n: index + 1, all: pictures.length }));
  part('number').textContent = pictures.length ? say('light.number', { n: index + 1, all: pictures.length }) : '';
  stage.element.dataset.image = String(index + 1);
}

/** What is written over and around the picture. */
function drawWords(): void {
  const picture = pictures[index];
  const ds = picture?.metadata() ?? {};
  const study = set && studyOf(set);
  const name = [set?.number, set?.description].filter(Boolean).join(' ');
  part('series').textContent = [name, dicomDate(text(ds, '00080022') || text(ds, '00080020'))].filter(Boolean).join(' · ');
  part('prior').textContent = study?.mark ?? '';
  const leftOut = strange?.n ? [say('strangersLeftOut', strange)] : [];
  part('stranger').textContent = [...leftOut, ...nameDoubts(ds, study), ...textDoubts(ds)].join(' · ');
  part('quality').textContent = !picture ? '' : [lossyMark(ds), say(stage.element.hasAttribute('data-coarse') ? 'light.coarse' : 'light.reduced')].filter(Boolean).join(' · ');
  part('canvas').setAttribute('aria-label', picture ? say('light.picture', { series: name, n: index + 1, all: pictures.length }) : '');
  drawSides(ds);
  drawTools();
}

function drawSides(ds: Dataset): void {
  const cosines = numbers(ds, '00200037');
  const stored = storedLetters(ds);
  const [right, bottom] = cosines.length === 6 ? [letters(cosines.slice(0, 3)), letters(cosines.slice(3))] : [stored?.right ?? '', stored?.bottom ?? ''];
  for (const [side, word] of Object.entries({ left: opposite(right), right, top: opposite(bottom), bottom })) part(`side-${side}`).textContent = word;
}

function drawTools(): void {
  const choices = pictures[index] ? choicesFor(pictures[index].metadata()) : [];
  const name = choices.find((choice) => String(choice.window) === String(stage.window))?.name ?? '';
  tool('window').disabled = choices.length === 0;
  tool('window').querySelector('[data-value]')!.textContent = name;
  tool('length').disabled = !pictures.length;
  tool('length').setAttribute('aria-pressed', String(isMeasuring));
  tool('fit').disabled = !pictures.length;
  tool('play').hidden = !set?.instance || pictures.length < 2;
  tool('play').setAttribute('aria-pressed', String(playing > 0));
  tool('play').querySelector('[data-value]')!.textContent = say(playing ? 'light.stop' : 'light.play');
}

function tool(name: string): HTMLButtonElement {
  return document.querySelector<HTMLButtonElement>(`[data-tool="${name}"]`)!;
}

function pick(next: DisplaySet): void {
  if (next.open) window.open(next.open, '_blank', 'noopener');
  else void open(next);
}

const TOOLS: Record<string, () => void> = {
  series: () => chooseSeries(set, pick),
  window: () => chooseWindow(choicesFor(pictures[index].metadata()), stage.window, ({ window: chosen }) => {
    stage.window = chosen;
    void go(index);
  }),
  length: () => {
    isMeasuring = !isMeasuring;
    if (!isMeasuring) stage.line = undefined;
    stage.draw();
    part('say').textContent = isMeasuring ? say('light.measureHow') : '';
    drawTools();
  },
  fit: () => stage.fit(),
  play: () => (playing ? stop() : play()),
};

/** At the rate of the object, as far as the line allows: a frame that is late is waited for. */
function play(): void {
  const pause = 1000 / rateOf(pictures[index].metadata());
  const tick = async () => {
    await go(index + 1 < pictures.length ? index + 1 : 0);
    if (playing) playing = window.setTimeout(tick, pause);
  };
  playing = window.setTimeout(tick, pause);
  drawTools();
}

function stop(): void {
  window.clearTimeout(playing);
  playing = 0;
  drawTools();
}

function wireStage(): void {
  let from = 0;
  let first: Point = [0, 0];
  watchGestures(stage.element, {
    begin: (at) => {
      from = index;
      first = at;
      stop();
    },
    drag: (at, _dx, dy) => {
      if (!stage.picture) return;
      if (!isMeasuring) return scrollTo(from - Math.round(dy / stepOf()));
      const pixel = (place: Point) => pixelUnder(place, stage.size, stage.picture!, stage.view);
      stage.line = [pixel(first), pixel(at)];
      stage.draw();
    },
    end: () => undefined,
    pinch: (factor, at, dx, dy) => stage.move(moved(zoomed(stage.view, factor, at, stage.size), dx, dy)),
    twice: (at) => stage.move(stage.view.zoom !== 1 || stage.view.x || stage.view.y ? FITTED : zoomed(stage.view, TWICE, at, stage.size)),
    wheel: (step) => scrollTo(index + step),
  });
}

/** The whole of a short series is one sweep over the stage; a long one goes by small steps. */
function stepOf(): number {
  return Math.min(MOST_STEP, Math.max(LEAST_STEP, (stage.size.height * 0.8) / Math.max(1, pictures.length)));
}

function scrollTo(to: number): void {
  const next = Math.min(pictures.length - 1, Math.max(0, to));
  if (next !== index) void go(next);
}

const KEYS: Record<string, () => void> = {
  ArrowDown: () => scrollTo(index + 1), ArrowUp: () => scrollTo(index - 1), PageDown: () => scrollTo(index + 10), PageUp: () => scrollTo(index - 10),
  Home: () => scrollTo(0), End: () => scrollTo(pictures.length - 1), '+': () => zoomBy(1.25), '=': () => zoomBy(1.25), '-': () => zoomBy(0.8), 0: () => stage.fit(),
};

function zoomBy(factor: number): void {
  const { width, height } = stage.size;
  stage.move(zoomed(stage.view, factor, [width / 2, height / 2], stage.size));
}

/** Report or pictures; these are first asked for when somebody wants them, or when the report is there. */
function turnTo(name: string): void {
  page.dataset.shows = name;
  for (const tab of document.querySelectorAll<HTMLElement>('[data-tab]')) {
    const isChosen = tab.dataset.tab === name;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
  }
  if (name === 'images') begin();
}

let hasBegun = false;

function begin(): void {
  if (hasBegun) return;
  hasBegun = true;
  const sets = allSets();
  const first = firstToRead(sets);
  if (first) void open(first);
  else nothing(say('noImages'), say(sets.some((one) => one.open) ? 'noImagesDocument' : sets.length ? 'noImagesOther' : 'noImagesHint'));
}

/** A key image in the report leads to its place in the series. */
function toKeyImage(id: number): void {
  const key = readBoot().keyImages?.find((one) => one.id === id);
  if (!key) return;
  hasBegun = true;
  turnTo('images');
  void findKey(key);
}

async function findKey(key: { instance: string; frame: number; window: [number, number] | null }): Promise<void> {
  for (const one of allSets().filter((other) => other.kind === 'image' && (!other.instance || other.instance === key.instance))) {
    const all = (await stackOf(one).catch(() => undefined))?.pictures ?? [];
    const at = all.findIndex((picture) => picture.instance === key.instance && picture.frame === key.frame);
    if (at < 0) continue;
    await open(one, () => at);
    if (key.window) stage.window = key.window;
    return go(at);
  }
}

function wire(): void {
  wireSheets();
  wireStage();
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>('[data-tool], [data-tab]');
    if (button?.dataset.tool) TOOLS[button.dataset.tool]();
    if (button?.dataset.tab) turnTo(button.dataset.tab);
    const picture = target.closest<HTMLElement>('[id^="key-image-"]');
    if (picture && !target.closest('button')) toKeyImage(Number(picture.id.slice('key-image-'.length)));
  });
  part('scrub').addEventListener('input', (event) => scrollTo(Number((event.target as HTMLInputElement).value) - 1));
  stage.element.addEventListener('keydown', (event) => {
    const work = event.ctrlKey || event.altKey || event.metaKey ? undefined : KEYS[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });
  document.querySelector('[role="tablist"]')?.addEventListener('keydown', (event) => {
    const { key } = event as KeyboardEvent;
    const other = { ArrowLeft: 'report', ArrowRight: 'images' }[key];
    if (!other) return;
    turnTo(other);
    document.querySelector<HTMLElement>(`[data-tab="${other}"]`)?.focus();
  });
  const report = document.querySelector('[data-report]');
  report?.addEventListener('htmx:afterSettle', begin, { once: true });
  report?.addEventListener('htmx:responseError', () => report.replaceChildren(note(say('noReport'))));
  report?.addEventListener('htmx:sendError', () => report.replaceChildren(note(say('noServer'))));
}

wire();
turnTo(page.dataset.shows!);
