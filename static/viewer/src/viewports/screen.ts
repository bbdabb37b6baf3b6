// How large things are on this screen: measured once with a ruler, kept in this browser.

const KEY = 'lightbox.viewer.screen';

/** Screen pixels for a millimetre; undefined until somebody measured. */
export function pixelsPerMm(): number | undefined {
  const kept = Number(localStorage.getItem(KEY));
  return kept > 0 ? kept : undefined;
}

/** A bank card is as wide everywhere (ISO/IEC 7810 ID-1). */
const CARD_MM = 85.6;
const USUAL = 96 / 25.4;

/** Ask how wide a bank card is on this screen; `done` is told when it is known. */
export function askScreenSize(done: () => void): void {
  const dialog = document.querySelector<HTMLDialogElement>('[data-screen-size]')!;
  const slider = dialog.querySelector<HTMLInputElement>('input')!;
  const card = dialog.querySelector<HTMLElement>('[data-card]')!;
  const draw = () => card.style.setProperty('width', `${slider.value}px`);
  slider.value = String(Math.round((pixelsPerMm() ?? USUAL) * CARD_MM));
  slider.oninput = draw;
  draw();
  dialog.onclose = () => {
    if (dialog.returnValue === 'keep') {
      localStorage.setItem(KEY, String(Number(slider.value) / CARD_MM));
      done();
    }
    dialog.returnValue = '';
  };
  dialog.showModal();
}
