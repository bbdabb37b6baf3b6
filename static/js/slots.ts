// Slot board: one tab stop, arrows move to the nearest free slot in that direction, Enter or a click is the slot's own button.
type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

const WAYS: Record<Arrow, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function centre(element: Element): [number, number] {
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}

function nearest(from: HTMLElement, all: HTMLElement[], [dx, dy]: [number, number]): HTMLElement | undefined {
  const [x, y] = centre(from);
  const far = (one: HTMLElement): number => {
    const [ox, oy] = centre(one);
    const along = (ox - x) * dx + (oy - y) * dy;
    const across = Math.abs((ox - x) * dy) + Math.abs((oy - y) * dx);
    return along > 4 ? along + across * 3 : Infinity;
  };
  const best = all.reduce<[HTMLElement | undefined, number]>((held, one) => (far(one) < held[1] ? [one, far(one)] : held), [undefined, Infinity]);
  return best[0];
}

function slotsOf(board: Element): HTMLElement[] {
  return [...board.querySelectorAll<HTMLElement>("button.slot:not(:disabled), a.slot")];
}

function rove(board: Element, chosen?: HTMLElement): void {
  const all = slotsOf(board);
  const stop = chosen ?? all.find((one) => one.tabIndex === 0 && one.hasAttribute("tabindex")) ?? all[0];
  for (const one of all) one.tabIndex = one === stop ? 0 : -1;
}

export function slotsStart(root: ParentNode = document): void {
  root.querySelectorAll(".slots.raster").forEach((board) => rove(board));
}

export function slotKeysStart(): void {
  document.addEventListener("keydown", (event) => {
    const slot = (event.target as Element).closest?.<HTMLElement>(".slots.raster .slot");
    const way = WAYS[event.key as Arrow];
    if (!slot || !way || event.ctrlKey || event.altKey || event.metaKey) return;
    const board = slot.closest(".slots")!;
    const next = nearest(slot, slotsOf(board), way);
    event.preventDefault();
    if (!next) return;
    rove(board, next);
    next.focus();
  });
}
