// Dates as people type them: 1968-04-12, 12041968, 19680412, 12 Apr 1968, t, t+3, also in full-width digits.
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

function iso(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same && year > 1850 ? date.toISOString().slice(0, 10) : null;
}

function fromToday(shift: number, today: Date): string {
  const local = new Date(today.getFullYear(), today.getMonth(), today.getDate() + shift);
  return iso(local.getFullYear(), local.getMonth() + 1, local.getDate())!;
}

/** Full-width characters as their plain form, without spaces at the ends. */
export function plainText(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3000/g, " ").trim();
}

/** ISO date of what was typed, or null when it is not a date. */
function parseDate(typed: string, today = new Date()): string | null {
  const text = plainText(typed).toLowerCase();
  const relative = /^(?:t|today|今天)\s*(?:([+\-−])\s*(\d{1,4}))?$/.exec(text);
  if (relative) return fromToday(relative[2] ? Number(relative[2]) * (relative[1] === "+" ? 1 : -1) : 0, today);
  const first = /^(\d{4})[-./年 ](\d{1,2})[-./月 ](\d{1,2})日?$/.exec(text);
  if (first) return iso(Number(first[1]), Number(first[2]), Number(first[3]));
  const last = /^(\d{1,2})[-. ](\d{1,2})[-. ](\d{4})$/.exec(text);
  if (last) return iso(Number(last[3]), Number(last[2]), Number(last[1]));
  const named = /^(\d{1,2})\s*([a-z]{3})[a-z]*\s*(\d{4})$/.exec(text);
  if (named) return iso(Number(named[3]), MONTHS.indexOf(named[2]!) + 1, Number(named[1]));
  if (!/^\d{8}$/.test(text)) return null;
  const year = Number(text.slice(0, 4));
  if (year > 1850 && year < 2200) {
    const stamped = iso(year, Number(text.slice(4, 6)), Number(text.slice(6)));
    if (stamped) return stamped;
  }
  return iso(Number(text.slice(4)), Number(text.slice(2, 4)), Number(text.slice(0, 2)));
}

export function datesStart(): void {
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (!field.matches?.("[data-date]") || !field.value) return;
    const parsed = parseDate(field.value);
    if (parsed && parsed !== field.value) {
      field.value = parsed;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.setAttribute("aria-invalid", String(!parsed));
  }, true);
}
