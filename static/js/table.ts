// <table data-rows>: one tab stop, J K or arrows move, Enter opens, X picks, Shift ranges. A row has an id, data-href (or data-post,
// which opens it by POST), and optionally data-panel: its side panel, fetched into the table's data-panel-target 120 ms after the row is chosen.
import { htmx } from "./htmx";
import { goOn } from "./post";

const FOLLOW = 120;

class Rows {
  private timer: number | undefined;

  constructor(private readonly table: HTMLTableElement) {
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("click", (event) => this.click(event));
    table.addEventListener("dblclick", (event) => this.rowOf(event.target) && this.open(this.rowOf(event.target)!));
    table.addEventListener("focusin", (event) => this.rowOf(event.target) && this.choose(this.rowOf(event.target)!, false));
    this.rove();
  }

  private get rows(): HTMLTableRowElement[] {
    return [...this.table.querySelectorAll<HTMLTableRowElement>("tbody tr[id]:not([hidden])")];
  }

  private rowOf(target: EventTarget | null): HTMLTableRowElement | null {
    return (target as Element | null)?.closest<HTMLTableRowElement>("tbody tr[id]") ?? null;
  }

  /** Exactly one row is a tab stop: the chosen one, else the first. */
  rove(): void {
    const chosen = this.chosen() ?? this.rows[0];
    for (const row of this.rows) {
      row.tabIndex = row === chosen ? 0 : -1;
      if (!row.hasAttribute("aria-selected")) row.setAttribute("aria-selected", "false");
    }
  }

  chosen(): HTMLTableRowElement | undefined {
    return this.rows.find((row) => row.getAttribute("aria-selected") === "true");
  }

  choose(row: HTMLTableRowElement, focus = true): void {
    if (this.chosen() === row && document.activeElement === row) return;
    const was = this.chosen();
    was?.setAttribute("aria-selected", "false");
    row.setAttribute("aria-selected", "true");
    this.rove();
    if (focus) row.focus({ preventScroll: false });
    if (was !== row) this.follow(row);
  }

  /** Focus on the chosen row, else the first. */
  enter(): void {
    const row = this.chosen() ?? this.rows[0];
    if (row) this.choose(row);
  }

  move(step: number): void {
    const rows = this.rows;
    const at = rows.indexOf(this.chosen()!);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
    if (next) this.choose(next);
  }

  private follow(row: HTMLTableRowElement): void {
    window.clearTimeout(this.timer);
    const target = this.table.dataset["panelTarget"];
    const url = row.dataset["panel"];
    if (!target || !url) return;
    this.timer = window.setTimeout(() => {
      document.querySelector(target)?.setAttribute("data-open", "");
      void htmx.ajax("get", url, { target, swap: "innerHTML" });
    }, FOLLOW);
  }

  open(row: HTMLTableRowElement): void {
    if (row.dataset["post"]) return goOn(row, row.dataset["post"]);
    const href = row.dataset["href"] ?? row.querySelector<HTMLAnchorElement>("a[href]")?.href;
    if (href) location.href = href;
  }

  pick(row: HTMLTableRowElement): void {
    const box = row.querySelector<HTMLInputElement>("input[type=checkbox]");
    row.classList.toggle("picked", box ? (box.checked = !box.checked) : undefined);
    box?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  key(event: KeyboardEvent): void {
    const row = this.rowOf(event.target);
    if (!row || event.target !== row || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -9999, End: 9999 };
    const step = steps[event.key];
    if (step !== undefined) this.step(step, event.shiftKey);
    else if (event.key === "Enter") this.open(row);
    else if (event.key === "x") this.pick(row);
    else return;
    event.preventDefault();
  }

  private step(step: number, range: boolean): void {
    this.move(step);
    const row = this.chosen();
    if (range && row && !row.classList.contains("picked")) this.pick(row);
  }

  private click(event: MouseEvent): void {
    const row = this.rowOf(event.target);
    if (row && !(event.target as Element).closest("a, button, input, label, summary")) this.choose(row);
    const fold = (event.target as Element).closest<HTMLElement>(".group button[aria-expanded]");
    if (fold) this.fold(fold);
  }

  private fold(button: HTMLElement): void {
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    let row = button.closest("tr")?.nextElementSibling;
    for (; row && !row.classList.contains("group"); row = row.nextElementSibling) row.toggleAttribute("hidden", shown);
  }
}

const started = new WeakMap<Element, Rows>();

function first(): Rows | undefined {
  const table = document.querySelector("table[data-rows]");
  return table ? started.get(table) : undefined;
}

function outsideKey(event: KeyboardEvent): void {
  const step = ({ j: 1, k: -1 } as Record<string, number>)[event.key];
  const target = event.target as Element;
  if (step === undefined || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (target.closest("input, textarea, select, [contenteditable], dialog[open], .slots") || document.documentElement.dataset["letterKeys"] === "off") return;
  const rows = first();
  if (!rows) return;
  rows.move(step);
  event.preventDefault();
}

export function tableStart(root: ParentNode = document): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table[data-rows]")) {
    const known = started.get(table);
    if (known) known.rove();
    else started.set(table, new Rows(table));
  }
}

/** After live news: keep the one tab stop right. */
export function tableRove(element: Element): void {
  const table = element.closest("table[data-rows]") ?? element.querySelector("table[data-rows]");
  if (table) started.get(table)?.rove();
}

/** From the filter of a list down into the list; Enter too, when the list filters itself while typing. */
function filterKey(event: KeyboardEvent): void {
  const field = event.target as Element;
  if (event.isComposing || !field.matches?.(".filterbox input")) return;
  if (event.key !== "ArrowDown" && !(event.key === "Enter" && field.hasAttribute("hx-get"))) return;
  const rows = first();
  if (!rows) return;
  event.preventDefault();
  rows.enter();
}

export function tableKeysStart(): void {
  document.addEventListener("keydown", filterKey);
  document.addEventListener("keydown", outsideKey);
}
