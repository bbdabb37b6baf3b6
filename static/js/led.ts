// The server has just answered an act of this person with the page that follows: a page that was prepared ahead may be seen at once.
const KEY = "lightbox.led";
const FRESH_MS = 5000;

interface Led { person: string; path: string; at: number }

const person = () => document.body.dataset["person"] ?? "";

/** The server refuses the act when somebody else has signed in. */
export function noteLed(url: string): void {
  const led: Led = { person: person(), path: new URL(url, window.location.href).pathname, at: Date.now() };
  try {
    window.localStorage.setItem(KEY, JSON.stringify(led));
  } catch {
    // Without a store the page that follows asks before it is seen.
  }
}

/** Whether an act of whom this page was made for led to it, a moment ago. */
export function wasLedHere(): boolean {
  try {
    const led = JSON.parse(window.localStorage.getItem(KEY) ?? "null") as Led | null;
    const age = Date.now() - (led?.at ?? 0);
    return led !== null && led.person !== "" && led.person === person() && led.path === window.location.pathname && age >= 0 && age < FRESH_MS;
  } catch {
    return false;
  }
}
