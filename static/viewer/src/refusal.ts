// Why something is not done, said at the button that was pressed; with what can be done instead.

interface Offer { label: string; act: () => void }

function box(): HTMLElement {
  return document.querySelector<HTMLElement>('[data-refusal]')!;
}

export function hideRefusal(): void {
  box().hidden = true;
}

/** Say under the button of `act` that it cannot be, and why. */
export function refuse(act: string, text: string, hint = '', offer?: Offer): void {
  const host = box();
  host.querySelector('[data-refusal-text]')!.textContent = text;
  host.querySelector('[data-refusal-hint]')!.textContent = hint;
  const button = host.querySelector<HTMLButtonElement>('[data-refusal-offer]')!;
  button.hidden = !offer;
  button.textContent = offer?.label ?? '';
  button.onclick = offer ? offer.act : null;
  host.hidden = false;
  host.style.left = `${placeUnder(act, host)}px`;
}

function placeUnder(act: string, host: HTMLElement): number {
  const page = document.querySelector('[data-reading]')!.getBoundingClientRect();
  const tool = document.querySelector(`.tools [data-act="${act}"]`);
  const button = (tool?.getClientRects().length ? tool : tool?.closest('.tool-family'))?.getBoundingClientRect();
  return Math.max(4, Math.min((button?.left ?? page.left) - page.left, page.width - host.offsetWidth - 4));
}
