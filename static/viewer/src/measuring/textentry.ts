// The words of an arrow or a note are asked for in a small window over the page.

type Told = (text?: string) => void;

const LONGEST = 200;
let told: Told | undefined;

/** Ask for words; gives them to `done`, or nothing when they were not wanted after all. */
export function askForText(done: Told, before = ''): void {
  const { dialog, field } = parts();
  told?.();
  told = done;
  field.value = before;
  if (!dialog.open) dialog.showModal();
  field.select();
}

export function wireTextEntry(): void {
  const { dialog, field } = parts();
  // The Enter that takes what an input method offers is not the one that ends the entry.
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.isComposing) event.preventDefault();
  });
  dialog.addEventListener('close', () => {
    const words = dialog.returnValue === 'keep' ? field.value.trim().slice(0, LONGEST) : '';
    dialog.returnValue = '';
    const done = told;
    told = undefined;
    done?.(words || undefined);
  });
}

function parts(): { dialog: HTMLDialogElement; field: HTMLInputElement } {
  const dialog = document.querySelector<HTMLDialogElement>('[data-text-entry]')!;
  return { dialog, field: dialog.querySelector('input')! };
}
