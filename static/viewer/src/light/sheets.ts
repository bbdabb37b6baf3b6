// Sheets that come up from the bottom: which series, which window.
import { type DisplaySet, readBoot, say, type StudyEntry } from '../boot';
import type { Choice } from './windows';

const READ = ['image', 'video', 'document'];

function sheet(name: string): HTMLDialogElement {
  return document.querySelector<HTMLDialogElement>(`[data-sheet="${name}"]`)!;
}

/** A sheet closes by a choice, by its cross, by Escape and by a touch beside it. */
export function wireSheets(): void {
  for (const dialog of document.querySelectorAll<HTMLDialogElement>('[data-sheet]')) {
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
  }
}

export function chooseSeries(shown: DisplaySet | undefined, chosen: (set: DisplaySet) => void): void {
  const dialog = sheet('series');
  const list = dialog.querySelector<HTMLElement>('[data-list]')!;
  list.replaceChildren(...readBoot().studies.flatMap((study) => rowsOf(study, shown, (set) => {
    dialog.close();
    chosen(set);
  })));
  dialog.showModal();
  list.querySelector<HTMLElement>('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' });
}

function rowsOf(study: StudyEntry, shown: DisplaySet | undefined, chosen: (set: DisplaySet) => void): HTMLElement[] {
  const head = document.createElement('h3');
  head.textContent = [study.mark || study.title, study.heading].filter(Boolean).join(' · ');
  if (study.mark) head.className = 'is-warn';
  const rows = study.sets.filter((set) => READ.includes(set.kind)).map((set) => row(set, set.key === shown?.key, chosen));
  const others = study.sets.length - rows.length;
  return [head, ...rows, ...(others ? [note(say('light.elsewhere', { n: others }))] : [])];
}

export function note(text: string): HTMLElement {
  return Object.assign(document.createElement('p'), { className: 'hint', textContent: text });
}

function row(set: DisplaySet, isShown: boolean, chosen: (set: DisplaySet) => void): HTMLElement {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'sheet-row' });
  button.dataset.set = set.key;
  button.setAttribute('aria-current', String(isShown));
  const words = document.createElement('span');
  words.append(line([set.number, set.description || set.modality].filter(Boolean).join(' '), 'strong'), line(countOf(set), 'hint'));
  button.append(...(set.kind === 'document' ? [] : [thumbnail(set)]), words);
  button.addEventListener('click', () => chosen(set));
  return button;
}

function line(text: string, className: string): HTMLElement {
  return Object.assign(document.createElement('span'), { className, textContent: text });
}

function thumbnail(set: DisplaySet): HTMLElement {
  const image = Object.assign(document.createElement('img'), { alt: '', loading: 'lazy' as const, width: 64, height: 64, src: set.thumbnail });
  image.addEventListener('error', () => image.replaceWith(line(set.modality, 'sheet-kind')));
  return image;
}

function countOf(set: DisplaySet): string {
  if (set.kind !== 'image') return say(`light.${set.kind}`);
  return set.frames === 1 ? say('light.oneImage') : say('light.count', { n: set.frames });
}

export function chooseWindow(choices: Choice[], current: Choice['window'], chosen: (choice: Choice) => void): void {
  const dialog = sheet('window');
  const list = dialog.querySelector<HTMLElement>('[data-list]')!;
  list.replaceChildren(...choices.map((choice) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'sheet-row', textContent: choice.name });
    button.setAttribute('aria-current', String(String(choice.window) === String(current)));
    button.addEventListener('click', () => {
      dialog.close();
      chosen(choice);
    });
    return button;
  }));
  dialog.showModal();
}
