// The place above the page where a refused act says why. It stays until it is closed or the next act succeeds.
function place(): HTMLElement | null {
  return document.getElementById("problem");
}

function content(): HTMLElement | null {
  return place()?.querySelector<HTMLElement>("[data-problem-content]") ?? null;
}

/** Shows an error partial of our own server. */
export function problemShow(html: string): void {
  const box = place();
  const inside = content();
  if (!box || !inside) return;
  inside.innerHTML = html;
  box.hidden = false;
}

/** Shows one sentence. */
export function problemSay(text: string): void {
  const box = place();
  const inside = content();
  if (!box || !inside) return;
  inside.textContent = text;
  box.hidden = false;
}

export function problemClear(): void {
  const box = place();
  if (box) box.hidden = true;
}

export function problemStart(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-problem-close]")) problemClear();
  });
}
