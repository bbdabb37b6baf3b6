// Time that goes on while a page is open. All clocks show the hospital's zone (data-time-zone of <html>), whatever the machine is set to.
//   <time datetime="…" data-elapsed>41 min</time>            waiting time, written again each half minute
//   <time datetime="…" data-countdown>04:51</time>           time left; at the end the event lightbox:over, once
//   <time datetime="…" data-left data-from="…">41 min</time>  time left of a longer span, written again each half minute, below zero too;
//                                                            its .deadline tells how pressing it is; lightbox:over when it runs out
import { word } from "./words";

const TICK = 30_000;

/** The wall clock of the hospital, as 10:47:03. */
export function wallClock(date = new Date()): string {
  const zone = document.documentElement.dataset["timeZone"] || undefined;
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone }).format(date);
}

/** The same words as imaging.common.formats.duration. */
function durationText(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000);
  const hours = Math.floor(minutes / 60);
  if (minutes < 60) return word("minutes", { n: minutes });
  if (hours < 10 && minutes % 60) return word("hours_minutes", { h: hours, m: String(minutes % 60).padStart(2, "0") });
  return hours < 48 ? word("hours", { n: hours }) : word("days", { n: Math.floor(hours / 24) });
}

function elapsed(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-elapsed]")) {
    const text = durationText(Date.now() - Date.parse(element.dateTime));
    if (text !== element.textContent) element.textContent = text;
  }
}

function countdown(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-countdown]:not([data-over])")) {
    const seconds = Math.max(0, Math.ceil((Date.parse(element.dateTime) - Date.now()) / 1000));
    element.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds > 0) continue;
    element.dataset["over"] = "1";
    element.dispatchEvent(new CustomEvent("lightbox:over", { bubbles: true }));
  }
}

/** The same levels as reporting.reading.rows. */
function left(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-left]")) {
    const due = Date.parse(element.dateTime);
    const rest = due - Date.now();
    const used = 100 * (1 - rest / (due - Date.parse(element.dataset["from"] ?? "")));
    const text = (rest < 0 ? "−" : "") + durationText(rest);
    if (text !== element.textContent) element.textContent = text;
    press(element.closest(".deadline"), used);
    if (rest >= 0 || "over" in element.dataset) continue;
    element.dataset["over"] = "";
    element.dispatchEvent(new CustomEvent("lightbox:over", { bubbles: true }));
  }
}

function press(mark: Element | null, used: number): void {
  const level = used > 100 ? "over" : used >= 90 ? "late" : used >= 50 ? "half" : "";
  for (const name of ["half", "late", "over"]) mark?.classList.toggle(name, name === level);
  const meter = mark?.querySelector("meter");
  if (meter) meter.value = Math.max(0, Math.min(100, used));
}

export function clockStart(): void {
  setInterval(elapsed, TICK);
  setInterval(left, TICK);
  setInterval(countdown, 1000);
  elapsed();
  countdown();
}
