// The desk: arrows on the slot board, the countdown of held slots, and the focus where the hand expects it after a change.

function slots(): HTMLButtonElement[] {
  return [...document.querySelectorAll<HTMLButtonElement>("[data-slots] button.slot")];
}

/** The next slot in a direction: nearest along it, then nearest across. */
function neighbour(from: HTMLElement, key: string): HTMLElement | undefined {
  const here = from.getBoundingClientRect();
  const along = (box: DOMRect) => ({ ArrowDown: box.top - here.top, ArrowUp: here.top - box.top, ArrowRight: box.left - here.left, ArrowLeft: here.left - box.left })[key] ?? 0;
  const across = (box: DOMRect) => (key === "ArrowDown" || key === "ArrowUp" ? Math.abs(box.left - here.left) : Math.abs(box.top - here.top));
  const ahead = slots().map((slot) => ({ slot, box: slot.getBoundingClientRect() })).filter(({ box }) => along(box) > 4);
  ahead.sort((a, b) => along(a.box) + 4 * across(a.box) - (along(b.box) + 4 * across(b.box)));
  return ahead[0]?.slot;
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (!event.key.startsWith("Arrow") || !target.matches?.("[data-slots] button.slot")) return;
  event.preventDefault();
  neighbour(target, event.key)?.focus();
}

function countdown(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-countdown]")) {
    const left = Math.max(0, Math.round((Date.parse(element.dataset["countdown"]!) - Date.now()) / 1000));
    element.textContent = `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
  }
}

function onClick(event: Event): void {
  const jump = (event.target as Element).closest<HTMLElement>("[data-focus-first]");
  if (jump) document.querySelector<HTMLElement>(jump.dataset["focusFirst"]!)?.focus();
}

let lastAsked = "";

/** What was chosen, else what may be chosen, stands in the middle of the board. */
function boardShow(): void {
  (document.querySelector("#desk-board .slot-mine") ?? document.querySelector("#desk-board .slot-free"))?.scrollIntoView({ block: "center" });
}

function afterSwap(): void {
  countdown();
  boardShow();
  if (lastAsked === "slot") document.querySelector<HTMLElement>("#desk button[type=submit][data-key='ctrl+enter']")?.focus();
  else if (lastAsked === "line") document.querySelector<HTMLElement>("#desk-exam")?.focus();
  lastAsked = "";
}

function beforeRequest(event: Event): void {
  const from = (event as CustomEvent).detail.elt as Element;
  if (!from.closest("#desk")) return;
  lastAsked = from.matches("button.slot") ? "slot" : from.matches("[data-combobox], .desk-line button") ? "line" : "";
}

export function deskStart(): void {
  if (!document.querySelector("#desk")) return;
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:afterSettle", afterSwap);
  window.setInterval(countdown, 1000);
  countdown();
}
