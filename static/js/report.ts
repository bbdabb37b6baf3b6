// The report being written: fields that grow, F4 to the next open choice, macros, the password in place, and saving before anything goes out.
import { htmx } from "./htmx";
import { otherPatients } from "./patient";
import { word } from "./words";

const OPEN = /\[(?:\?[^[\]]*|[^[\]|]*\|[^[\]]*)\]/g;
const MACRO = /(?:^|\s)\.([\p{L}\p{N}_-]{1,32})$/u;

type Field = HTMLTextAreaElement;

function fields(): Field[] {
  return [...document.querySelectorAll<Field>("[data-report-form] textarea[data-section]")];
}

/** Browsers that do not size fields by their content are helped. */
function grow(field: Field): void {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function replace(field: Field, start: number, end: number, text: string): void {
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Where the next open choice stands, from the caret on, through all fields, round to the first. */
function nextChoice(): void {
  const all = fields();
  const at = Math.max(0, all.indexOf(document.activeElement as Field));
  const order = [...all.slice(at), ...all.slice(0, at + 1)];
  for (const [step, field] of order.entries()) {
    const after = step === 0 && document.activeElement === field ? field.selectionEnd : 0;
    const found = [...field.value.matchAll(OPEN)].find((choice) => choice.index >= after);
    if (!found) continue;
    field.focus();
    field.setSelectionRange(found.index, found.index + found[0].length);
    return;
  }
}

/** A digit settles the choice that is selected: the alternative that reads so, else the one at that place. */
function settle(field: Field, key: string): boolean {
  const chosen = field.value.slice(field.selectionStart, field.selectionEnd);
  if (!/^[0-9]$/.test(key) || !/^\[[^[\]]*\|[^[\]]*\]$/.test(chosen)) return false;
  const parts = chosen.slice(1, -1).split("|");
  const text = parts.includes(key) ? key : parts[Number(key) - 1];
  if (text === undefined) return false;
  replace(field, field.selectionStart, field.selectionEnd, text);
  return true;
}

function macros(): Record<string, string> {
  return JSON.parse(document.getElementById("report-macros")?.textContent ?? "{}") as Record<string, string>;
}

/** `.name` before the caret becomes the macro's text. */
function expand(field: Field): boolean {
  const before = field.value.slice(0, field.selectionStart);
  const name = before.match(MACRO)?.[1];
  const text = name === undefined ? undefined : macros()[name];
  if (text === undefined) return false;
  replace(field, field.selectionStart - name!.length - 1, field.selectionStart, text);
  return true;
}

function onKey(event: KeyboardEvent): void {
  const field = event.target;
  if (event.key === "F4" && !event.isComposing && !event.altKey && fields().length) {
    nextChoice();
    return event.preventDefault();
  }
  if (event.isComposing || !(field instanceof HTMLTextAreaElement) || !field.matches("[data-section]")) return;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (plain && ((event.key === "Tab" && expand(field)) || settle(field, event.key))) event.preventDefault();
}

/** What speaks against signing here and now, that only this browser knows. */
function signWarnings(): string[] {
  const exam = document.querySelector<HTMLElement>("[data-sign-who]")?.dataset["accession"] ?? "";
  const shown = document.querySelector<HTMLElement>(".patient-banner[data-accession]")?.dataset["accession"];
  const others = otherPatients();
  return [
    shown && shown !== exam ? word("sign_differs", { exam, shown }) : "",
    others.length ? word("sign_others", { names: others.join(" · ") }) : "",
    document.documentElement.dataset["viewer"] === "loading" ? word("sign_loading") : "",
  ].filter(Boolean);
}

function showSignWarnings(): void {
  const place = document.querySelector<HTMLElement>("[data-sign-box]:not([hidden]) [data-sign-warnings]");
  place?.replaceChildren(...signWarnings().map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
}

/** The password stands where the other buttons stood, until it is given or left. */
function signing(sheet: Element, on: boolean): void {
  for (const part of sheet.querySelectorAll<HTMLElement>("[data-sign-box], [data-sign-acts]")) part.hidden = !on;
  for (const part of sheet.querySelectorAll<HTMLElement>("[data-sign-open], [data-sign-rest]")) part.hidden = on;
  if (on) showSignWarnings();
  sheet.querySelector<HTMLElement>(on ? "[data-sign-box] input" : "[data-sign-open]")?.focus();
}

function signClose(sheet: Element): boolean {
  const box = sheet.querySelector<HTMLElement>("[data-sign-box]");
  if (!box || box.hidden) return false;
  signing(sheet, false);
  return true;
}

function onClick(event: Event): void {
  const target = event.target as Element;
  const sheet = target.closest("[data-sign-open]")?.closest("[data-report-panel]");
  if (sheet) return signing(sheet, true);
  const link = target.closest<HTMLElement>("[data-go-section]");
  const field = link && document.getElementById(link.dataset["goSection"]!);
  if (!field) return;
  event.preventDefault();
  field.focus();
  if (field instanceof HTMLTextAreaElement) nextChoiceIn(field);
}

function nextChoiceIn(field: Field): void {
  OPEN.lastIndex = 0;
  const found = OPEN.exec(field.value);
  if (found) field.setSelectionRange(found.index, found.index + found[0].length);
}

/** What goes out follows a save that is under way, so that the server never sees the two at once. */
function afterSaving(event: Event): void {
  const detail = (event as CustomEvent).detail as { elt: Element; issueRequest: (skip: boolean) => void };
  const form = detail.elt.closest("[data-report-panel]")?.querySelector<HTMLFormElement>("[data-report-form]");
  if (!form || form.dataset["sending"] === undefined || detail.elt.matches("#report-checks, #report-key-images")) return;
  event.preventDefault();
  form.addEventListener("lightbox:sent", () => detail.issueRequest(true), { once: true });
}

/** Somebody else went on with the report: what was typed here is sent once more, to be kept as a copy, and stays to be read and copied. */
function onNews(event: Event): void {
  const news = event.target as Element;
  const form = news.matches("[data-report-news]") && news.querySelector("[data-report-changed]") ? news.closest("[data-report-panel]")?.querySelector<HTMLFormElement>("[data-report-form]") : null;
  if (!form) return;
  news.querySelector<HTMLElement>("[data-report-stopped]")!.hidden = false;
  if (form.dataset["stopped"] !== undefined) return;
  form.dataset["stopped"] = "";
  form.dispatchEvent(new CustomEvent("lightbox:send"));
  for (const part of form.elements) {
    if (part instanceof HTMLTextAreaElement) part.readOnly = true;
    else if (part instanceof HTMLButtonElement || part instanceof HTMLSelectElement || (part instanceof HTMLInputElement && part.type !== "hidden")) part.disabled = true;
  }
}

/** Somebody else's text is in the draft: show it, with one's own beside it. */
function onRefused(event: Event): void {
  if ((event as CustomEvent).detail !== "409" || !(event.target as Element).matches("[data-report-form]:not([data-stopped])")) return;
  htmx.trigger(document.body, "report-panel-reload", {});
}

export function reportStart(): void {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("keydown", (event) => {
    const sheet = event.key === "Escape" && (event.target as Element).closest?.("[data-report-panel]");
    if (sheet && signClose(sheet)) event.preventDefault();
  });
  document.addEventListener("click", onClick);
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.target.matches("[data-section]")) grow(event.target);
  });
  document.addEventListener("htmx:confirm", afterSaving);
  document.addEventListener("lightbox:keep-failed", onRefused);
  document.addEventListener("lightbox:refreshed", onNews);
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event.target as Element).matches?.("[data-report]")) htmx.trigger(document.body, "report-shown", {});
  });
}

/** Parts that htmx brought. */
export function reportParts(root: ParentNode): void {
  for (const field of root.querySelectorAll<Field>("textarea[data-section]")) grow(field);
  showSignWarnings();
}
