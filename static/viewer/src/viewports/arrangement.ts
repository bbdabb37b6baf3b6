// How viewports share the screen: a tree of rows and columns, as plain data.

export interface Leaf { pane: string }
/** Parts side by side (`across`) or one over the other; `sizes` are their shares and sum up to 1. */
export interface Split { across: boolean; parts: Tree[]; sizes: number[] }
export type Tree = Leaf | Split
export interface Box { left: number; top: number; width: number; height: number }
/** The line between two neighbours of a split, and where the two are. */
export interface Border { of: Split; after: number; box: Box; twins: Split[] }

/** An arrangement whose leaves are places, from 0 in reading order: what is kept of it. */
export type Plan = { pane: number } | { across: boolean; parts: Plan[]; sizes: number[] }

const SMALLEST = 0.1;
const isSplit = (tree: Tree): tree is Split => 'parts' in tree;

export function gridOf(rows: number, columns: number, panes: string[]): Tree {
  const row = (index: number) => joined(true, panes.slice(index * columns, (index + 1) * columns).map((pane) => ({ pane })));
  return joined(false, Array.from({ length: rows }, (_, index) => row(index)));
}

function joined(across: boolean, parts: Tree[]): Tree {
  return parts.length === 1 ? parts[0] : { across, parts, sizes: parts.map(() => 1 / parts.length) };
}

/** The viewports in reading order. */
export function leaves(tree: Tree): string[] {
  return isSplit(tree) ? tree.parts.flatMap(leaves) : [tree.pane];
}

/** The same tree with other names for its viewports. */
export function renamed(tree: Tree, name: (pane: string) => string): Tree {
  return isSplit(tree) ? { ...tree, parts: tree.parts.map((part) => renamed(part, name)), sizes: [...tree.sizes] } : { pane: name(tree.pane) };
}

export function planOf(tree: Tree, panes = leaves(tree)): Plan {
  if (!isSplit(tree)) return { pane: panes.indexOf(tree.pane) };
  return { across: tree.across, parts: tree.parts.map((part) => planOf(part, panes)), sizes: [...tree.sizes] };
}

/** How many viewports a plan has. */
export function placesIn(plan: Plan): number {
  return 'parts' in plan ? plan.parts.reduce((sum, part) => sum + placesIn(part), 0) : 1;
}

/** The arrangement of a plan, with these viewports in its places. */
export function treeOf(plan: Plan, panes: string[]): Tree {
  if (!('parts' in plan)) return { pane: panes[plan.pane] };
  return { across: plan.across, parts: plan.parts.map((part) => treeOf(part, panes)), sizes: [...plan.sizes] };
}

/** Put `added` beside or under `pane`, each with half of its place. */
export function divided(tree: Tree, pane: string, added: string, across: boolean): Tree {
  if (!isSplit(tree)) return tree.pane === pane ? { across, parts: [tree, { pane: added }], sizes: [0.5, 0.5] } : tree;
  return { ...tree, parts: tree.parts.map((part) => divided(part, pane, added, across)) };
}

/** Take `pane` away; its neighbours share its place. */
export function without(tree: Tree, pane: string): Tree {
  if (!isSplit(tree)) return tree;
  const kept = tree.parts.map((part, index) => ({ part, size: tree.sizes[index] })).filter(({ part }) => isSplit(part) || part.pane !== pane);
  const all = kept.reduce((sum, { size }) => sum + size, 0);
  const parts = kept.map(({ part }) => without(part, pane));
  return parts.length === 1 ? parts[0] : { across: tree.across, parts, sizes: kept.map(({ size }) => size / all) };
}

const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 };

function boxOfPart({ across, sizes }: Split, index: number, box: Box): Box {
  const before = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
  return across
    ? { ...box, left: box.left + before * box.width, width: sizes[index] * box.width }
    : { ...box, top: box.top + before * box.height, height: sizes[index] * box.height };
}

/** Where each viewport is, in parts of the whole. */
export function boxesOf(tree: Tree, box = WHOLE): [pane: string, box: Box][] {
  return isSplit(tree) ? tree.parts.flatMap((part, index) => boxesOf(part, boxOfPart(tree, index, box))) : [[tree.pane, box]];
}

/** Every line that can be dragged. Lines of neighbours that are in one line move together. */
export function bordersOf(tree: Tree, box = WHOLE, siblings: Tree[] = [tree]): Border[] {
  if (!isSplit(tree)) return [];
  const twins = siblings.filter((other): other is Split => isSplit(other) && isAligned(other, tree));
  const own = tree.parts.slice(1).map((_, after) => ({ of: tree, after, box, twins }));
  return [...own, ...tree.parts.flatMap((part, index) => bordersOf(part, boxOfPart(tree, index, box), tree.parts))];
}

function isAligned(a: Split, b: Split): boolean {
  return a.across === b.across && a.sizes.length === b.sizes.length && a.sizes.every((size, index) => Math.abs(size - b.sizes[index]) < 1e-6);
}

/** Move a border to a place of its split, from 0 to 1; nobody gets too small to be seen. */
export function moveBorder({ of, after, twins }: Border, place: number): void {
  const before = of.sizes.slice(0, after).reduce((sum, size) => sum + size, 0);
  const both = of.sizes[after] + of.sizes[after + 1];
  const least = Math.min(SMALLEST, both / 2);
  const first = Math.min(both - least, Math.max(least, place - before));
  for (const split of twins) [split.sizes[after], split.sizes[after + 1]] = [first, both - first];
}

/** Where a border is in its split. */
export function placeOfBorder({ of, after }: Border): number {
  return of.sizes.slice(0, after + 1).reduce((sum, size) => sum + size, 0);
}
