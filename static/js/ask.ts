// "Ask all" on the page of nodes: every row's own button asks its node, and the bar tells how many have been heard of.
// The browser asks a few at a time; a node that does not answer holds up nobody but itself.

export function askStart(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-ask-all]");
    if (button) askAll(button);
  });
}

function askAll(button: HTMLButtonElement): void {
  const asked = [...document.querySelectorAll<HTMLElement>("[data-ask]")];
  const shown = document.querySelector<HTMLElement>("[data-ask-progress]");
  if (!shown || !asked.length || button.disabled) return;
  const bar = shown.querySelector("progress")!;
  const count = shown.querySelector<HTMLElement>("[data-ask-count]")!;
  const waiting = new Set<EventTarget>(asked);
  const tell = (): void => {
    bar.max = asked.length;
    bar.value = asked.length - waiting.size;
    count.textContent = `${bar.value} / ${asked.length}`;
  };
  const heard = (event: Event): void => {
    const who = (event as CustomEvent<{ elt?: EventTarget }>).detail?.elt ?? event.target;
    if (!who || !waiting.delete(who)) return;
    tell();
    if (waiting.size) return;
    document.removeEventListener("htmx:afterRequest", heard);
    button.disabled = false;
  };
  button.disabled = true;
  shown.hidden = false;
  tell();
  document.addEventListener("htmx:afterRequest", heard);
  for (const one of asked) one.dispatchEvent(new CustomEvent("lightbox:ask"));
}
