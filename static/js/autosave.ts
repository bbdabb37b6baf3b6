// <form data-autosave="/url/"> is sent 2 s after the last change and at least when leaving the field; the element
// [data-kept] of the form says when it was kept. What could not be sent stays in this browser, also after the tab was closed, and is
// sent when the line is back or the form is opened again: with the revision it was written on, so that it overwrites nothing newer.
import { wallClock } from "./clock";
import { post } from "./http";
import { word } from "./words";

const EVERY = 2000;
const AGAIN = 10_000;

class Autosave {
  private timer: number | undefined;
  private dirty = false;
  private sending = false;

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => void this.send());
    form.addEventListener("htmx:sendError", () => this.changed());
    form.addEventListener("lightbox:send", () => void this.send());
    window.addEventListener("online", () => void this.send());
    document.addEventListener("lightbox:leaving", (event) => (event as CustomEvent<Promise<void>[]>).detail.push(this.send()));
    window.addEventListener("pagehide", () => this.hold());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && this.form.isConnected) event.preventDefault();
    });
    form.addEventListener("submit", () => (this.dirty = false));
    this.recall();
  }

  private get url(): string {
    return this.form.dataset["autosave"]!;
  }

  /** Nobody finds here what somebody else typed. */
  private get key(): string {
    return `lightbox:draft:${document.body.dataset["person"] ?? ""}:${this.url}`;
  }

  private changed(): void {
    this.dirty = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), EVERY);
  }

  private async send(): Promise<void> {
    if (!this.dirty || this.sending || !this.form.isConnected) return;
    this.sending = true;
    this.form.dataset["sending"] = "";
    this.dirty = false;
    try {
      const answer = await post(this.url, new FormData(this.form));
      localStorage.removeItem(this.key);
      await this.kept(answer);
    } catch (error) {
      this.failed(error as Error);
    } finally {
      this.sending = false;
      delete this.form.dataset["sending"];
      this.form.dispatchEvent(new CustomEvent("lightbox:sent"));
    }
    if (this.dirty) this.changed();
  }

  private async kept(answer: Response): Promise<void> {
    const type = answer.headers.get("Content-Type") ?? "";
    const body = type.includes("json") ? ((await answer.json()) as Record<string, unknown>) : {};
    for (const [name, value] of Object.entries(body)) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLInputElement && field.type === "hidden") field.value = String(value);
    }
    this.say(word("kept", { time: wallClock() }), "kept");
    this.form.dispatchEvent(new CustomEvent("lightbox:kept", { bubbles: true, detail: body }));
  }

  /** 409: the server has kept the text beside the draft. Signed out, or no answer: it is tried again. */
  private failed(error: Error): void {
    const later = !/^4\d\d$/.test(error.message) || error.message === "401";
    this.dirty = error.message !== "409";
    if (this.dirty) this.hold();
    else localStorage.removeItem(this.key);
    const stopped = !this.dirty && this.form.dataset["stopped"] !== undefined;
    this.say(word(error.message === "401" ? "kept_signed_out" : later ? "kept_here" : stopped ? "kept_beside" : "keep_refused"), stopped ? "kept" : "failed");
    this.form.dispatchEvent(new CustomEvent("lightbox:keep-failed", { bubbles: true, detail: error.message }));
    if (later) this.timer = window.setTimeout(() => void this.send(), AGAIN);
  }

  private hold(): void {
    if (!this.dirty || !this.form.isConnected) return;
    const fields = [...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "password");
    localStorage.setItem(this.key, JSON.stringify(fields));
  }

  private say(text: string, state: string): void {
    const line = this.form.querySelector<HTMLElement>("[data-kept]") ?? document.querySelector<HTMLElement>(`[data-kept-for="${this.form.id}"]`);
    if (!line) return;
    line.textContent = text;
    line.dataset["state"] = state;
  }

  private recall(): void {
    const stored = localStorage.getItem(this.key);
    if (!stored) return;
    const entries = JSON.parse(stored) as [string, string][];
    if (entries.some(([name, value]) => this.isAnother(name, value))) return;
    for (const [name, value] of entries) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) field.value = value;
    }
    this.changed();
  }

  /** A hidden field says what is written on: text of another patient does not come back here. */
  private isAnother(name: string, value: string): boolean {
    const field = this.form.elements.namedItem(name);
    return name !== "revision" && field instanceof HTMLInputElement && field.type === "hidden" && field.value !== value;
  }
}

const started = new WeakSet<Element>();

export function autosaveStart(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-autosave]")) {
    if (!started.has(form)) new Autosave(form);
    started.add(form);
  }
}
