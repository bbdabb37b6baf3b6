// What the shown object says of itself, in a dialog: all attributes, narrowed while one types.
import { fetchPartial } from '../../js/http';
import { readBoot, say } from './boot';
import { placeOf } from './datasource/datasource';
import { showProblem } from './status';
import { grid } from './viewports/layout';

export async function showHeader(): Promise<void> {
  const { study, instance, frame } = placeOf(grid.active.shownId());
  const address = `${readBoot().headerUrl.replace('STUDY', study).replace('INSTANCE', instance)}?frame=${frame}`;
  try {
    document.getElementById('dialogs')!.replaceChildren(await fetchPartial(address));
  } catch (error) {
    return showProblem(say('headerMissing'), say('tellAdmin'), error instanceof Error ? error.message : '');
  }
  const dialog = document.querySelector<HTMLDialogElement>('[data-header]')!;
  const search = dialog.querySelector<HTMLInputElement>('[data-header-search]')!;
  search.addEventListener('input', () => narrow(dialog, search.value));
  dialog.addEventListener('close', () => grid.active.element.focus());
  narrow(dialog, '');
  dialog.showModal();
  search.focus();
}

/** Rows that hold `words` somewhere, with the sequences that they are in. */
function narrow(dialog: HTMLDialogElement, words: string): void {
  const wanted = words.trim().toLowerCase();
  let [left, least] = [0, 0];
  for (const row of [...dialog.querySelectorAll<HTMLElement>('tbody tr')].reverse()) {
    const depth = Number(row.dataset.depth);
    const holds = !row.hasAttribute('data-item') && row.textContent!.toLowerCase().includes(wanted);
    const isAround = depth < least;
    row.hidden = Boolean(wanted) && !holds && !isAround;
    if (holds) left += 1;
    if (!row.hidden) least = depth;
  }
  dialog.querySelector('[data-header-count]')!.textContent = say('headerCount', { n: left });
  dialog.querySelector<HTMLElement>('[data-header-none]')!.hidden = left > 0;
}
