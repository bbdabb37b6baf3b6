// One toast at a time, bottom left: what happened, and undo while the seconds run. Pauses on hover and focus. Never for errors.
import { post } from "./http";
import { word } from "./words";

export interface Toast {
  text: string;
  undoUrl?: string;
  seconds?: number;
}

let timer: number | undefined;

function holder(): HTMLElement {
  return document.getElementById("toasts") as HTMLElement;
}

function undo(url: string): void {
  toastClose();
  void post(url, {}).then(
    () => document.dispatchEvent(new CustomEvent("lightbox:undone", { detail: url })),
    () => toast({ text: word("undo_failed") }),
  );
}

function toastClose(): void {
  window.clearInterval(timer);
  holder().replaceChildren();
}

function undoButton(url: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word("undo");
  button.dataset["key"] = "ctrl+z";
  button.addEventListener("click", () => undo(url));
  return button;
}

function run(box: HTMLElement, left: HTMLElement, seconds: number, withKey: boolean): void {
  let rest = seconds;
  let held = false;
  const show = () => (left.textContent = withKey ? `Ctrl Z · ${rest} s` : "");
  for (const kind of ["mouseenter", "focusin"]) box.addEventListener(kind, () => (held = true));
  for (const kind of ["mouseleave", "focusout"]) box.addEventListener(kind, () => (held = false));
  show();
  timer = window.setInterval(() => {
    if (held) return;
    rest -= 1;
    show();
    if (rest <= 0) toastClose();
  }, 1000);
}

/** Shows a toast in place of the one before. */
export function toast({ text, undoUrl, seconds = 8 }: Toast): void {
  toastClose();
  const box = document.createElement("div");
  box.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  const end = document.createElement("span");
  end.className = "end";
  const left = document.createElement("span");
  left.className = "left";
  if (undoUrl) end.append(undoButton(undoUrl));
  end.append(left);
  box.append(words, end);
  holder().append(box);
  run(box, left, seconds, Boolean(undoUrl));
}

export function toastStart(): void {
  // The server says so with the header HX-Trigger: {"toast": {"text": ..., "undoUrl": ...}}.
  document.addEventListener("toast", (event) => toast((event as CustomEvent<Toast>).detail));
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-show-toast]");
    if (button) toast({ text: button.dataset["showToast"]!, undoUrl: button.dataset["undoUrl"] });
  });
  for (const element of document.querySelectorAll<HTMLElement>("[data-toast]")) {
    toast({ text: element.dataset["toast"]!, undoUrl: element.dataset["undoUrl"] });
  }
}
