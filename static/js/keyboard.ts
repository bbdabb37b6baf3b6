// Keys of a page are declared on its controls: <button data-key="c" data-key-label="Call">. Single letters work only
// outside fields, never while an input method composes, and not when the person switched them off (WCAG 2.1.4).
import { themeToggle } from "./preferences";

let pendingGo = false;

function inField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

function lettersOff(): boolean {
  return document.documentElement.dataset["letterKeys"] === "off";
}

/** "ctrl+shift+enter" for an event, in the same spelling as data-key. */
function keyName(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  const key = event.key.toLowerCase();
  if (event.shiftKey && (key.length > 1 || parts.length > 0)) parts.push("shift");
  return [...parts, key === " " ? "space" : key].join("+");
}

function usable(element: HTMLElement): boolean {
  return !element.hasAttribute("disabled") && element.getAttribute("aria-disabled") !== "true" && element.getClientRects().length > 0;
}

function scope(): ParentNode {
  return document.querySelector("dialog[open]") ?? document;
}

function control(name: string): HTMLElement | undefined {
  const all = scope().querySelectorAll<HTMLElement>("[data-key]");
  return [...all].find((element) => (element.dataset["key"] ?? "").split(" ").includes(name) && usable(element));
}

function act(element: HTMLElement): void {
  if (element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) element.focus();
  else element.click();
}

function go(letter: string): boolean {
  const link = document.querySelector<HTMLAnchorElement>(`[data-go="${CSS.escape(letter)}"]`);
  link?.click();
  return link !== null;
}

function everywhere(name: string): boolean {
  if (name === "ctrl+k") document.querySelector<HTMLInputElement>("[data-search]")?.focus();
  else if (name === "ctrl+shift+l") themeToggle();
  else return false;
  return true;
}

function plain(name: string): boolean {
  if (pendingGo) {
    pendingGo = false;
    return go(name);
  }
  if (name === "g") {
    pendingGo = true;
    setTimeout(() => (pendingGo = false), 1500);
    return true;
  }
  if (name !== "?") return false;
  keysDialog();
  return true;
}

function press(event: KeyboardEvent): boolean {
  const name = keyName(event);
  if (everywhere(name)) return true;
  const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  const bare = single || ["enter", "escape", "delete", "backspace", "tab", "space", "home", "end"].includes(name) || name.startsWith("arrow");
  if (bare && (inField(event.target) || (single && lettersOff()))) return false;
  if (name === "enter" && (event.target as Element).closest("a, button, summary")) return false;
  if (single && !document.querySelector("dialog[open]") && plain(name)) return true;
  const found = control(name);
  if (found) act(found);
  return found !== undefined;
}

function keysRow(keys: string, label: string): [HTMLElement, HTMLElement] {
  const term = document.createElement("dt");
  for (const part of keys.split(/ |(?<=\w)\+/)) {
    const key = document.createElement("kbd");
    key.textContent = keyLabel(part);
    term.append(key, " ");
  }
  const text = document.createElement("dd");
  text.textContent = label;
  return [term, text];
}

/** How a key is written on a page. */
export function keyLabel(key: string): string {
  const special: Record<string, string> = { enter: "↵", escape: "Esc", arrowdown: "↓", arrowup: "↑", arrowright: "→", arrowleft: "←", pagedown: "PgDn", pageup: "PgUp", space: "Space", delete: "Del" };
  return special[key] ?? (key.length === 1 ? key.toUpperCase() : key[0]!.toUpperCase() + key.slice(1));
}

/** Fills and opens the list of this page's keys. */
function keysDialog(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys-dialog");
  const list = dialog?.querySelector("[data-keys-here]");
  if (!dialog || !list || dialog.open) return;
  list.replaceChildren();
  const seen = new Set<string>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) {
    const keys = element.dataset["key"]!;
    const label = element.dataset["keyLabel"] ?? element.getAttribute("aria-label") ?? element.textContent?.replace(/\s+/g, " ").trim() ?? "";
    if (!seen.has(keys) && label && !dialog.contains(element)) list.append(...keysRow(keys, label));
    seen.add(keys);
  }
  dialog.querySelector<HTMLElement>("[data-keys-none]")?.toggleAttribute("hidden", list.childElementCount > 0);
  dialog.showModal();
}

export function keyboardStart(): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (press(event)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-keys-open]")) keysDialog();
  });
}
