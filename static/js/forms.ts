// Desk forms: the first field has the focus at once, Enter goes to the next, pasted text is cleaned, a sent form is not sent twice.
import { plainText } from "./dates";

const FIELDS = "input:not([type=hidden]):not([disabled]):not([readonly]), select:not([disabled]), textarea:not([disabled]), button[type=submit]:not([disabled])";

function nextField(field: Element, form: HTMLFormElement): HTMLElement | undefined {
  const all = [...form.querySelectorAll<HTMLElement>(FIELDS)].filter((one) => one.getClientRects().length > 0);
  const group = (one: Element) => (one.matches("[type=radio]") ? one.getAttribute("name") : null);
  return all.slice(all.indexOf(field as HTMLElement) + 1).find((one) => group(one) === null || group(one) !== group(field));
}

function onEnter(event: KeyboardEvent): void {
  const field = event.target as Element;
  const form = field.closest?.<HTMLFormElement>("form[data-desk]");
  if (event.key !== "Enter" || event.ctrlKey || event.isComposing || !form || event.defaultPrevented) return;
  if (!field.matches("input, select") || field.getAttribute("aria-expanded") === "true") return;
  event.preventDefault();
  nextField(field, form)?.focus();
}

function onPaste(event: ClipboardEvent): void {
  const field = event.target as HTMLInputElement;
  if (!field.matches?.("input[data-clean], input[data-date]")) return;
  const text = event.clipboardData?.getData("text/plain");
  if (!text) return;
  event.preventDefault();
  field.setRangeText(plainText(text).replace(/\s+/g, " "), field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The browser gives this focus with its first frame only; what a scanner types before would be lost. */
function focusFirst(): void {
  if (document.activeElement !== document.body) return;
  const fields = [...document.querySelectorAll<HTMLElement>("[autofocus]")];
  fields.find((one) => one.getClientRects().length > 0)?.focus({ preventScroll: true });
}

/** A file that is chosen is sent: the browser's own field says "No file chosen" in its own language, and needs a second press. */
function sendChosen(event: Event): void {
  const field = event.target as HTMLInputElement;
  if (field.matches("[data-send-chosen]") && field.files?.length) field.form?.requestSubmit();
}

export function formsStart(): void {
  focusFirst();
  document.addEventListener("change", sendChosen);
  document.addEventListener("keydown", onEnter);
  document.addEventListener("paste", onPaste);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[hx-post], [hx-get], [method=get], [method=dialog]") || event.defaultPrevented) return;
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
  });
  document.querySelector<HTMLElement>("form:not([data-example]) .form-errors")?.focus();
}
