// What was last used of each family of tools, from the last time too.
const FRONTS = 'lightbox.viewer.fronts';

export function fronts(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(FRONTS) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
}

export function frontOf(family: string): string | undefined {
  return fronts()[family];
}

export function keepFront(family: string, used: string): void {
  localStorage.setItem(FRONTS, JSON.stringify({ ...fronts(), [family]: used }));
}

/** The places in a family, that of the last used one first. */
export function inFront(names: string[], front: string | undefined): number[] {
  const places = names.map((_name, index) => index);
  return places.sort((a, b) => Number(names[b] === front) - Number(names[a] === front) || a - b);
}
