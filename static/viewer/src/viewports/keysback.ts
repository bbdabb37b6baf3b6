// A slider that was moved by mouse does not keep the keys to itself, nor does a list that was chosen from by mouse.

/** Give the keys to what `to` names, once a field in `host` was changed by mouse; who came by keyboard stays. */
export function giveKeysBack(host: HTMLElement, to: () => HTMLElement | undefined): void {
  let isByMouse = false;
  host.addEventListener('pointerdown', () => (isByMouse = true));
  host.addEventListener('keydown', () => (isByMouse = false));
  host.addEventListener('change', (event) => {
    if (isByMouse && isField(event.target)) to()?.focus();
  });
  host.addEventListener('pointerup', (event) => {
    if ((event.target as Element).matches('input[type="range"]')) to()?.focus();
  });
}

function isField(target: EventTarget | null): boolean {
  return (target as Element).matches('select, input[type="range"]');
}
