// Live lists. <tbody data-live="worklist" data-live-src="/worklist/rows/"> is fetched again when the server announces its topic (or
// each 30 s while the line for news is down). Rows already shown are morphed in place; new, gone or re-sorted rows wait in
// the blue bar, so that nothing moves under the hand; a row with data-stat is put on top at once, with the scroll held.
// Other elements with data-live are morphed whole; data-live-now asks once more when the line is open, for what may have changed meanwhile.
import { wallClock } from "./clock";
import { htmx, morph } from "./htmx";
import { fetchPartial } from "./http";
import { tableRove } from "./table";
import { word } from "./words";

const POLL = 30_000;
const GATHER = 250;
const SAY_EVERY = 10_000;

const waiting = new WeakMap<Element, Element[]>();
const timers = new Map<Element, number>();
const fetched = new WeakMap<Element, number>();
let lastSaid = 0;

function lives(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-live]")];
}

function topicsOf(element: HTMLElement): string[] {
  return (element.dataset["live"] ?? "").split(/[ ,]+/).filter(Boolean);
}

function setState(state: "live" | "polling" | "offline"): void {
  const mark = document.querySelector<HTMLElement>("[data-live-state]");
  if (mark) {
    mark.dataset["state"] = state;
    mark.querySelector("[data-live-text]")!.textContent = word(`live_${state}`, { time: wallClock() });
  }
  const bar = document.getElementById("offline");
  if (bar && bar.hidden === (state === "offline")) {
    bar.hidden = state !== "offline";
    bar.querySelector("[data-offline-text]")!.textContent = word("offline", { time: wallClock() });
  }
}

function say(text: string, urgent = false): void {
  const line = document.getElementById(urgent ? "say-alert" : "say-status");
  if (!line || (!urgent && Date.now() - lastSaid < SAY_EVERY)) return;
  lastSaid = Date.now();
  line.textContent = text;
}

function rowsOf(holder: ParentNode): Element[] {
  return [...holder.querySelectorAll(":scope > tr[id], :scope > li[id]")];
}

function morphRow(old: Element, fresh: Element): void {
  for (const name of ["aria-selected", "tabindex", "hidden"]) {
    const value = old.getAttribute(name);
    if (value !== null) fresh.setAttribute(name, value);
  }
  if (old.classList.contains("picked")) fresh.classList.add("picked");
  morph(old, fresh, "outerHTML");
}

function barOf(element: HTMLElement): HTMLElement | null {
  const selector = element.dataset["liveBar"];
  return selector ? document.querySelector(selector) : (element.closest(".live-part") ?? document).querySelector("[data-newsbar]");
}

function showBar(element: HTMLElement, came: number, gone: number, moved: boolean): void {
  const bar = barOf(element);
  if (!bar) return showNews(element);
  bar.hidden = came + gone === 0 && !moved;
  if (bar.hidden) return;
  const text = came ? word("came_in", { n: came }) : gone ? word("left_list", { n: gone }) : word("order_changed");
  bar.querySelector("[data-newsbar-text]")!.textContent = text;
  if (came) say(text);
}

/** STAT goes on top at once; what the person looks at stays where it is. */
function putOnTop(element: HTMLElement, row: Element): void {
  const scroller = element.closest<HTMLElement>(".table-wrap, .panel-body, .content");
  const anchor = element.querySelector("[aria-selected=true]") ?? element.firstElementChild;
  const before = anchor?.getBoundingClientRect().top ?? 0;
  const fresh = document.importNode(row, true);
  fresh.classList.add("fresh");
  const first = element.firstElementChild;
  element.insertBefore(fresh, first?.classList.contains("group") ? first.nextSibling : first);
  if (scroller && anchor) scroller.scrollTop += anchor.getBoundingClientRect().top - before;
  say(word("stat_came"), true);
}

function takeRows(element: HTMLElement, fresh: Element[]): void {
  const freshRows = fresh.filter((row) => row.id);
  const shown = new Map(rowsOf(element).map((row) => [row.id, row]));
  const ids = new Set(freshRows.map((row) => row.id));
  let came = 0;
  for (const row of freshRows) {
    const old = shown.get(row.id);
    if (old) morphRow(old, document.importNode(row, true) as Element);
    else if (row.hasAttribute("data-stat")) putOnTop(element, row);
    else came++;
  }
  const gone = [...shown.values()].filter((row) => !ids.has(row.id));
  for (const row of gone) row.classList.add("gone");
  const kept = rowsOf(element).map((row) => row.id).filter((id) => ids.has(id));
  const wanted = freshRows.map((row) => row.id).filter((id) => shown.has(id));
  const moved = kept.filter((id) => shown.has(id)).join() !== wanted.join();
  waiting.set(element, fresh);
  showBar(element, came, gone.length, moved);
  after(element);
}

function after(element: HTMLElement): void {
  htmx.process(element);
  tableRove(element);
  element.dispatchEvent(new CustomEvent("lightbox:refreshed", { bubbles: true }));
}

/** Takes over all that waits behind the bar; the chosen row stays chosen, focus stays. */
function showNews(element: HTMLElement): void {
  const fresh = waiting.get(element);
  if (!fresh) return;
  const chosen = element.querySelector("[aria-selected=true]")?.id;
  const focused = document.activeElement?.id;
  const copies = fresh.map((row) => document.importNode(row, true) as Element);
  element.replaceChildren(...copies);
  if (chosen) document.getElementById(chosen)?.setAttribute("aria-selected", "true");
  const bar = barOf(element);
  if (bar) bar.hidden = true;
  after(element);
  if (focused && element.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused)?.focus();
}

async function refresh(element: HTMLElement): Promise<void> {
  const src = element.dataset["liveSrc"];
  if (!src || !element.isConnected) return;
  const fragment = await fetchPartial(src);
  if (element.dataset["liveSrc"] !== src) return; // it shows something else by now
  const content = [...fragment.children];
  if (element.matches("tbody, ul[data-rows], ol[data-rows]")) takeRows(element, content[0]?.matches("tbody") ? [...content[0].children] : content);
  else {
    const whole = content.find((part) => element.id && part.id === element.id);
    if (whole) morph(element, whole, "outerHTML");
    else morph(element, content, "innerHTML");
    after(element);
  }
}

/** Soon, so that news that comes together is fetched once; data-live-every="15" keeps so many seconds between two fetches. */
function refreshSoon(element: HTMLElement): void {
  const earliest = (fetched.get(element) ?? 0) + Number(element.dataset["liveEvery"] ?? 0) * 1000;
  window.clearTimeout(timers.get(element));
  timers.set(element, window.setTimeout(() => {
      fetched.set(element, Date.now());
      void refresh(element).catch(() => setState(navigator.onLine ? "polling" : "offline"));
    }, Math.max(GATHER, earliest - Date.now())));
}

function onTopic(topic: string): void {
  for (const element of lives()) if (topicsOf(element).includes(topic)) refreshSoon(element);
}

class Line {
  private source: EventSource | null = null;
  private poll: number | undefined;

  constructor(private readonly topics: string[]) {
    window.addEventListener("offline", () => this.lost());
    window.addEventListener("online", () => this.open());
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.open());
    this.open();
  }

  private open(): void {
    this.source?.close();
    const base = document.body.dataset["liveUrl"] ?? "/live/";
    this.source = new EventSource(`${base}?topics=${encodeURIComponent(this.topics.join(","))}`);
    this.source.addEventListener("open", () => this.up());
    this.source.addEventListener("error", () => this.lost());
    this.source.addEventListener("message", (event) => this.heard(event.data));
    for (const topic of this.topics) this.source.addEventListener(topic, () => onTopic(topic));
  }

  private heard(data: string): void {
    setState("live");
    for (const topic of this.topics) if (data.includes(topic)) onTopic(topic);
  }

  private up(): void {
    if (this.poll !== undefined) this.topics.forEach(onTopic);
    window.clearInterval(this.poll);
    this.poll = undefined;
    for (const element of lives()) if ("liveNow" in element.dataset) refreshSoon(element);
    setState("live");
  }

  private lost(): void {
    setState(navigator.onLine ? "polling" : "offline");
    this.poll ??= window.setInterval(() => {
      this.topics.forEach(onTopic);
      if (this.source?.readyState === EventSource.CLOSED) this.open();
    }, POLL);
  }
}

export function liveStart(): void {
  const topics = [...new Set(lives().flatMap(topicsOf))];
  if (topics.length) new Line(topics);
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-newsbar]")) return;
    for (const element of lives()) showNews(element);
  });
  // A deadline that runs out changes the order.
  document.addEventListener("lightbox:over", (event) => {
    const element = (event.target as Element).closest<HTMLElement>("[data-live]");
    if (element && (event.target as Element).matches("[data-left]")) refreshSoon(element);
  });
  document.addEventListener("lightbox:undone", () => lives().forEach(refreshSoon));
}
