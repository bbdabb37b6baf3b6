// <form data-autosave="/url/"> is sent 2 s after the last change and at least when leaving the field; the element
// [data-kept] of the form says when it was kept. A failed try stays in this browser and is sent when the line is back.
import { wallClock } from "./clock";
import { post } from "./http";
import { word } from "./words";

const EVERY = 2000;

class Autosave {
  private timer: number | undefined;
  private dirty = false;
  private sending = false;

  constructor(private readonly form: HTMLFormElement) {
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => void this.send());
    window.addEventListener("online", () => void this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && this.form.isConnected) event.preventDefault();
    });
    form.addEventListener("submit", () => (this.dirty = false));
    this.recall();
  }

  private get url(): string {
    return this.form.dataset["autosave"]!;
  }

  private get key(): string {
    return `lightbox:draft:${this.url}`;
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
      sessionStorage.removeItem(this.key);
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

  private failed(error: Error): void {
    this.dirty = true;
    const refused = /^4\d\d$/.test(error.message);
    if (!refused) sessionStorage.setItem(this.key, JSON.stringify([...new FormData(this.form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken")));
    this.say(word(refused ? "keep_refused" : "kept_here"), "failed");
    this.form.dispatchEvent(new CustomEvent("lightbox:keep-failed", { bubbles: true, detail: error.message }));
    if (!refused) this.timer = window.setTimeout(() => void this.send(), EVERY * 5);
  }

  private say(text: string, state: string): void {
    const line = this.form.querySelector<HTMLElement>("[data-kept]") ?? document.querySelector<HTMLElement>(`[data-kept-for="${this.form.id}"]`);
    if (!line) return;
    line.textContent = text;
    line.dataset["state"] = state;
  }

  private recall(): void {
    const stored = sessionStorage.getItem(this.key);
    if (!stored) return;
    for (const [name, value] of JSON.parse(stored) as [string, string][]) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== "hidden")) field.value = value;
    }
    this.changed();
  }
}

const started = new WeakSet<Element>();

export function autosaveStart(root: ParentNode = document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-autosave]")) {
    if (!started.has(form)) new Autosave(form);
    started.add(form);
  }
}
