// Sentences for scripts come translated from the page: a JSON block, each entry one text or [one, many].
type Word = string | [string, string];

let words: Record<string, Word> | null = null;

function load(): Record<string, Word> {
  const block = document.getElementById("words");
  return block?.textContent ? (JSON.parse(block.textContent) as Record<string, Word>) : {};
}

/** The page's text for `key`, with {n} and other names filled in. */
export function word(key: string, values: Record<string, string | number> = {}): string {
  words ??= load();
  const entry = words[key] ?? key;
  const text = Array.isArray(entry) ? (Number(values["n"]) === 1 ? entry[0] : entry[1]) : entry;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
