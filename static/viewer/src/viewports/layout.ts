// The grid of viewports, which of them is active, and what hangs where.
import { type Box, bordersOf, boxesOf, divided, gridOf, leaves, placesIn, type Plan, planOf, renamed, type Tree, treeOf, without } from './arrangement';
import { borderElement } from './borders';
import { type DisplaySet, say } from '../boot';
import { engine, ENGINE } from '../engine';
import { letGo, watchHand } from '../measuring/hand';
import { guardMeasuring } from '../measuring/marks';
import { rewordAt } from '../measuring/rewording';
import { watchWords } from '../measuring/words';
import { stopCine } from './cine';
import { Pane, type Start } from './pane';
import { announce } from '../status';
import { isMeasuring, toolGroup } from '../tools';

const MOST_ROWS = 4;
const MOST_PANES = MOST_ROWS * MOST_ROWS;
const SIDES = Array.from({ length: MOST_ROWS }, (_, index) => index + 1);

export const LAYOUTS: Record<string, [rows: number, columns: number]> = Object.fromEntries(
  SIDES.flatMap((rows) => SIDES.map((columns) => [`${rows}x${columns}`, [rows, columns]])),
);
/** The name of every arrangement that is no plain grid. */
const FREE = 'free';
const WHOLE: Box = { left: 0, top: 0, width: 1, height: 1 };

type Listener = (pane: Pane) => void;

const host = () => document.querySelector<HTMLElement>('[data-viewports]')!;

class Grid {
  panes: Pane[] = [];
  private current = 0;
  private readonly onChange: Listener[] = [];
  private readonly onHang: Listener[] = [];
  private count = 0;
  private tree: Tree = { pane: '' };
  private alone: Pane | undefined;

  get active(): Pane {
    return this.panes[this.current];
  }

  changed(listener: Listener): void {
    this.onChange.push(listener);
  }

  hung(listener: Listener): void {
    this.onHang.push(listener);
  }

  /** Change the grid; pictures that were shown stay, in order, and `fill` names what new viewports get. */
  setLayout(name: string, fill: DisplaySet[] = []): void {
    const [rows, columns] = LAYOUTS[name] ?? LAYOUTS['1x1'];
    while (this.panes.length > rows * columns) this.drop(this.panes.pop()!);
    while (this.panes.length < rows * columns) this.panes.push(this.made());
    this.arrange(gridOf(rows, columns, this.panes.map((pane) => pane.id)), name);
    this.activate(this.panes[Math.min(this.current, this.panes.length - 1)]);
    this.fillEmpty(fill);
  }

  /** Begin anew with any arrangement: a viewport would go on with zoom, place and colours of what hung in it before. Gives the viewports. */
  setPlan(plan: Plan): Pane[] {
    return this.rebuild(treeOf(plan, Array.from({ length: placesIn(plan) }, (_, index) => String(index))), nameOf(plan));
  }

  /** The arrangement as it is now. */
  plan(): Plan {
    return planOf(this.tree);
  }

  /** Halve the active viewport; the new half takes the first of `fill` that hangs nowhere. */
  divide(across: boolean, fill: DisplaySet[] = []): void {
    if (this.panes.length >= MOST_PANES) return announce(say('mostPanes', { n: MOST_PANES }));
    const { active } = this;
    const added = this.made();
    this.panes.push(added);
    this.arrange(divided(this.tree, active.id, added.id, across), FREE);
    this.activate(active);
    this.fillEmpty(fill);
  }

  /** Close the active viewport; its neighbours take its place. */
  join(): void {
    if (this.panes.length < 2) return;
    const gone = this.active;
    this.panes.splice(this.current, 1);
    this.drop(gone);
    this.arrange(without(this.tree, gone.id), FREE);
    this.activate(this.panes[Math.min(this.current, this.panes.length - 1)]);
  }

  /** Show one viewport over the whole place, or all of them again. */
  enlarge(pane: Pane = this.active): void {
    this.alone = this.alone || this.panes.length < 2 ? undefined : pane;
    if (this.alone) this.activate(pane);
    this.place();
    engine().resize(true, false);
    for (const listener of this.onChange) listener(this.active);
  }

  isEnlarged(): boolean {
    return this.alone !== undefined;
  }

  /** How the viewports share the screen now. */
  shape(): Tree {
    return this.tree;
  }

  /** Begin anew with the viewports of `tree`, empty; gives them in reading order. */
  rebuild(tree: Tree, name: string): Pane[] {
    for (const pane of this.panes.splice(0)) this.drop(pane);
    const names = new Map(leaves(tree).map((leaf) => [leaf, this.made()]));
    this.panes.push(...names.values());
    this.current = 0;
    this.arrange(renamed(tree, (leaf) => names.get(leaf)!.id), name in LAYOUTS ? name : FREE);
    return this.panes;
  }

  private arrange(tree: Tree, name: string): void {
    this.tree = tree;
    this.alone = undefined;
    const order = leaves(tree);
    const { active } = this;
    this.panes.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
    this.current = Math.max(0, this.panes.indexOf(active));
    this.panes.forEach((pane, index) => pane.element.setAttribute('aria-label', say('viewportName', { n: index + 1 })));
    host().dataset.layout = name;
    this.drawBorders();
    this.place();
    engine().resize(true, false);
  }

  private drawBorders(): void {
    for (const line of host().querySelectorAll('.pane-border')) line.remove();
    host().append(...bordersOf(this.tree).map((border) => borderElement(border, host(), () => this.moved())));
  }

  private moved(): void {
    host().dataset.layout = FREE;
    this.place();
    resizeSoon();
    for (const listener of this.onChange) listener(this.active);
  }

  private place(): void {
    const boxes = new Map(boxesOf(this.tree));
    host().toggleAttribute('data-enlarged', this.alone !== undefined);
    for (const pane of this.panes) {
      const { left, top, width, height } = pane === this.alone ? WHOLE : boxes.get(pane.id)!;
      Object.assign(pane.element.style, { left: `${left * 100}%`, top: `${top * 100}%`, width: `${width * 100}%`, height: `${height * 100}%` });
      pane.element.toggleAttribute('data-alone', pane === this.alone);
      pane.element.inert = this.alone !== undefined && pane !== this.alone;
    }
  }

  private fillEmpty(fill: DisplaySet[]): void {
    const shown = new Set(this.panes.map((pane) => pane.set?.key));
    const rest = fill.filter((set) => !shown.has(set.key));
    for (const pane of this.panes) {
      if (pane.set) continue;
      const next = rest.shift();
      if (next) void this.hang(next, pane);
      else pane.message(say('emptyPane'), say('emptyPaneHint'));
    }
  }

  private made(): Pane {
    const template = document.querySelector<HTMLTemplateElement>('template[data-pane]')!;
    const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    host().append(element);
    const pane = new Pane(`pane-${++this.count}`, element);
    toolGroup().addViewport(pane.id, ENGINE);
    guardMeasuring(pane);
    watchHand(pane);
    watchWords(pane);
    element.addEventListener('pointerdown', () => this.activate(pane), true);
    element.addEventListener('focusin', () => this.activate(pane));
    element.addEventListener('wheel', () => this.activate(pane), { passive: true });
    element.addEventListener('dblclick', (event) => {
      if (!rewordAt(pane, event) && !isMeasuring()) this.enlarge(pane);
    });
    return pane;
  }

  private drop(pane: Pane): void {
    stopCine(pane);
    letGo();
    pane.gone();
    toolGroup().removeViewports(ENGINE, pane.id);
    engine().disableElement(pane.id);
    pane.element.remove();
  }

  activate(pane: Pane): void {
    const index = this.panes.indexOf(pane);
    if (index < 0) return;
    this.current = index;
    for (const other of this.panes) other.element.toggleAttribute('data-active', other === pane && this.panes.length > 1);
    for (const listener of this.onChange) listener(pane);
  }

  /** `begin` is called once the first picture is there, before it is seen. */
  async hang(set: DisplaySet, pane: Pane = this.active, start: Start = 0, begin?: () => void): Promise<void> {
    const shown = pane.show(set, start, begin);
    for (const listener of this.onHang) listener(pane);
    await shown;
    for (const listener of this.onHang) listener(pane);
    announce(say(set.frames === 1 ? 'hungOne' : 'hung', { series: `${set.number} ${set.description}`, n: set.frames }));
  }

  next(step: number): void {
    const index = (this.current + step + this.panes.length) % this.panes.length;
    this.panes[index].element.focus();
  }
}

export const grid = new Grid();

/** The name of a plain grid, or that of all others. */
function nameOf(plan: Plan): string {
  const said = JSON.stringify(plan);
  const places = Array.from({ length: placesIn(plan) }, (_, index) => String(index));
  const grids = Object.entries(LAYOUTS).filter(([, [rows, columns]]) => rows * columns === places.length);
  return grids.find(([, [rows, columns]]) => JSON.stringify(planOf(gridOf(rows, columns, places))) === said)?.[0] ?? FREE;
}

let resizing = 0;

/** Draw at the right size once the viewports have stopped changing theirs. */
function resizeSoon(): void {
  window.clearTimeout(resizing);
  resizing = window.setTimeout(() => engine().resize(true, true), 60);
}

/** Draw at the right size when the window or the report panel changes. */
export function followSize(): void {
  new ResizeObserver(resizeSoon).observe(host());
}
