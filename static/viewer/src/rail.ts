// The series rail: thumbnails with counts; a click, Enter or a drop hangs one.
import { allSets, type DisplaySet, readBoot, say, type StudyEntry } from './boot';
import { imageIdsOf } from './datasource/datasource';
import { grid } from './viewports/layout';
import { showPdf, showVideo } from './objects/documents';
import { isOfObjects, open } from './objects/opened';
import type { Pane } from './viewports/pane';
import { onProgress, progressOf } from './datasource/prefetch';

const DRAG_TYPE = 'application/x-lightbox-series';
const rail = () => document.querySelector<HTMLElement>('[data-rail]')!;

export function buildRail(): void {
  redrawRail();
  grid.hung(markShown);
  grid.changed(markShown);
  onProgress(throttled(drawProgress));
  acceptDrops();
}

/** Write the list anew: objects were saved. */
export function redrawRail(): void {
  rail().replaceChildren(...readBoot().studies.flatMap(studyRows));
  markShown();
}

function studyRows(study: StudyEntry): HTMLElement[] {
  const head = document.createElement('h2');
  head.className = 'rail-head';
  const right = study.mark ? study.age : say('seriesCount', { n: study.sets.length });
  head.append(span(study.title, study.mark ? 'is-warn' : ''), span(right, study.mark ? 'is-warn' : 'is-quiet'), span(study.heading, 'rail-date is-quiet'));
  if (study.reason) head.append(span(study.reason, 'rail-date is-quiet'));
  return [head, ...study.sets.map(tile)];
}

function span(text: string, className: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = text;
  element.className = className;
  return element;
}

function tile(set: DisplaySet): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'rail-tile';
  button.dataset.set = set.key;
  button.draggable = set.kind === 'image';
  button.title = [set.number, set.description].filter(Boolean).join(' ');
  button.append(picture(set), ...(set.by ? [span(set.by, 'rail-by')] : []), caption(set), bar());
  button.addEventListener('click', () => choose(set));
  button.addEventListener('dragstart', (event) => event.dataTransfer?.setData(DRAG_TYPE, set.key));
  return button;
}

function choose(set: DisplaySet): void {
  if (isOfObjects(set)) void open(set);
  else if (set.kind === 'document') void showPdf(set);
  else if (set.kind === 'video' && set.open) void showVideo(set);
  else if (set.open) window.open(set.open, '_blank', 'noopener');
  else void grid.hang(set);
}

function picture(set: DisplaySet): HTMLElement {
  if (set.kind !== 'image' && set.kind !== 'video') return span(set.modality, 'rail-kind');
  const image = document.createElement('img');
  image.src = set.thumbnail;
  image.alt = '';
  image.loading = 'lazy';
  image.draggable = false;
  image.addEventListener('error', () => image.replaceWith(span(set.modality, 'rail-kind')));
  return image;
}

function caption(set: DisplaySet): HTMLElement {
  const line = document.createElement('span');
  line.className = 'rail-caption';
  line.append(span([set.number, set.description || set.modality].filter(Boolean).join(' '), 'rail-name'), span(countOf(set), 'rail-count'));
  return line;
}

/** How many pictures there are to scroll through; a video is played. */
function countOf(set: DisplaySet): string {
  if (set.kind === 'video') return '▶';
  return set.kind === 'image' || isOfObjects(set) ? String(set.frames) : '';
}

function bar(): HTMLElement {
  const progress = document.createElement('progress');
  progress.max = 1;
  progress.value = 0;
  progress.className = 'rail-progress';
  progress.setAttribute('aria-hidden', 'true');
  return progress;
}

function markShown(): void {
  const shown = new Set(grid.panes.map((pane) => pane.set?.key));
  const active = grid.active?.set?.key;
  for (const button of rail().querySelectorAll<HTMLElement>('.rail-tile')) {
    button.toggleAttribute('data-shown', shown.has(button.dataset.set));
    button.setAttribute('aria-current', String(button.dataset.set === active));
  }
}

function acceptDrops(): void {
  const host = document.querySelector<HTMLElement>('[data-viewports]')!;
  const under = (event: DragEvent) => grid.panes.find((other) => other.element.contains(event.target as Node));
  const mark = (pane?: Pane) => grid.panes.forEach((other) => other.element.toggleAttribute('data-drop', other === pane));
  host.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(under(event));
  });
  host.addEventListener('dragleave', () => mark());
  host.addEventListener('drop', (event) => {
    mark();
    const set = allSets().find((other) => other.key === event.dataTransfer?.getData(DRAG_TYPE));
    const pane = under(event);
    if (!set || !pane) return;
    event.preventDefault();
    grid.activate(pane);
    void grid.hang(set, pane);
  });
}

function throttled(work: () => Promise<void>): () => void {
  let timer = 0;
  return () => {
    timer ||= window.setTimeout(() => {
      timer = 0;
      void work();
    }, 150);
  };
}

/** Per-tile progress and the foot line "510 of 510 images in". */
async function drawProgress(): Promise<void> {
  let here = 0;
  let all = 0;
  for (const set of allSets().filter((other) => other.kind === 'image')) {
    const known = rail().querySelector<HTMLElement>(`[data-set="${CSS.escape(set.key)}"]`)?.hasAttribute('data-shown') || here > 0;
    const ids = known ? await imageIdsOf(set).catch(() => [] as string[]) : [];
    const state = progressOf(ids);
    drawBar(set, ids.length ? state.here / ids.length : 0);
    here += state.here;
    all += ids.length || set.frames;
  }
  const foot = document.querySelector<HTMLElement>('[data-rail-foot]')!;
  foot.textContent = say('imagesIn', { here, all });
  foot.toggleAttribute('data-complete', here >= all);
}

function drawBar(set: DisplaySet, part: number): void {
  const progress = rail().querySelector<HTMLProgressElement>(`[data-set="${CSS.escape(set.key)}"] progress`);
  if (!progress) return;
  progress.value = part;
  progress.hidden = part >= 1;
}
