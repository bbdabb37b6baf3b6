// Small pictures that cannot be had, such as of a report: what kind of object it is stands there, never a broken picture.

const THUMB = "img[data-thumb]";

export function thumbsStart(): void {
  document.addEventListener("error", (event) => replaceLost(event.target), true);
}

/** Those that were lost before anybody listened. */
export function thumbParts(root: ParentNode): void {
  for (const image of root.querySelectorAll<HTMLImageElement>(THUMB)) {
    if (image.complete && image.naturalWidth === 0 && image.currentSrc) replaceLost(image);
  }
}

function replaceLost(target: EventTarget | null): void {
  if (!(target instanceof HTMLImageElement) || !target.matches(THUMB)) return;
  const sign = document.createElement("span");
  sign.className = `thumb-none ${target.className}`;
  sign.textContent = target.dataset.thumb || "—";
  if (target.alt) sign.title = target.alt;
  for (const side of ["width", "height"] as const) sign.style[side] = `${target.getAttribute(side) ?? target[side]}px`;
  target.replaceWith(sign);
}
