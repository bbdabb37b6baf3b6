// <div class="combobox" data-combobox="/url/"> with an <input>, an optional hidden <input data-value> and a <ul role="listbox">.
// The server ranks and renders the options; nothing is asked while an input method composes.
import Combobox from "@github/combobox-nav";
import { fetchPartial } from "./http";
import { word } from "./words";

const WAIT = 150;

class ServerCombobox {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly nav: Combobox;
  private timer: number | undefined;
  private asked = 0;
  private composing = false;

  constructor(private readonly root: HTMLElement) {
    this.input = root.querySelector<HTMLInputElement>("input:not([type=hidden])")!;
    this.list = root.querySelector<HTMLElement>("[role=listbox]")!;
    if (!this.list.id) this.list.id = `${this.input.id || "combobox"}-list`;
    this.nav = new Combobox(this.input, this.list, { firstOptionSelectionMode: "selected" });
    this.input.addEventListener("compositionstart", () => (this.composing = true));
    this.input.addEventListener("compositionend", () => this.composed());
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("focus", () => this.root.hasAttribute("data-open-empty") && this.ask());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("combobox-commit", (event) => this.commit(event.target as HTMLElement));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    root.addEventListener("focusout", (event) => !root.contains(event.relatedTarget as Node | null) && this.close());
  }

  private composed(): void {
    this.composing = false;
    this.typed();
  }

  private typed(): void {
    if (this.composing) return;
    const hidden = this.root.querySelector<HTMLInputElement>("[data-value]");
    if (hidden) hidden.value = "";
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT);
  }

  private async ask(): Promise<void> {
    const text = this.input.value.trim();
    if (!text && !this.root.hasAttribute("data-open-empty")) return this.close();
    const turn = ++this.asked;
    const url = new URL(this.root.dataset["combobox"]!, location.href);
    url.searchParams.set("q", text);
    try {
      const options = await fetchPartial(url.pathname + url.search);
      if (turn === this.asked) this.show(options);
    } catch {
      if (turn === this.asked) this.say(word("search_failed"));
    }
  }

  private show(options: DocumentFragment): void {
    this.list.replaceChildren(...options.children);
    for (const [index, option] of [...this.list.querySelectorAll("[role=option]")].entries()) option.id ||= `${this.list.id}-${index}`;
    if (!this.list.childElementCount) return this.say(word("none_found"));
    this.open();
  }

  private say(text: string): void {
    const line = document.createElement("li");
    line.className = "none";
    line.setAttribute("role", "presentation");
    line.textContent = text;
    this.list.replaceChildren(line);
    this.open();
  }

  private open(): void {
    this.list.hidden = false;
    this.nav.stop();
    this.nav.start();
  }

  private close(): void {
    this.asked++;
    this.list.hidden = true;
    this.nav.stop();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.list.hidden) {
      this.close();
      event.stopPropagation();
      event.preventDefault();
    }
    if (event.key === "ArrowDown" && this.list.hidden && this.input.value) void this.ask();
  }

  private commit(option: HTMLElement): void {
    const link = option.closest<HTMLAnchorElement>("a[href]") ?? option.querySelector<HTMLAnchorElement>("a[href]");
    if (link) return void (location.href = link.href);
    const hidden = this.root.querySelector<HTMLInputElement>("[data-value]");
    if (hidden) hidden.value = option.dataset["value"] ?? "";
    this.input.value = this.root.hasAttribute("data-clear") ? "" : (option.dataset["label"] ?? option.textContent?.trim() ?? "");
    this.close();
    this.root.dispatchEvent(new CustomEvent("lightbox:chosen", { bubbles: true, detail: { ...option.dataset } }));
  }
}

const started = new WeakSet<Element>();

export function comboboxStart(root: ParentNode = document): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-combobox]")) {
    if (!started.has(element)) new ServerCombobox(element);
    started.add(element);
  }
}
