// The grid of viewports, which of them is active, and what hangs where.
import { type DisplaySet, say } from './boot';
import { engine, ENGINE } from './engine';
import { guardMeasuring } from './marks';
import { Pane } from './pane';
import { announce } from './status';
import { toolGroup } from './tools';

export const LAYOUTS: Record<string, [rows: number, columns: number]> = { '1x1': [1, 1], '1x2': [1, 2], '2x2': [2, 2] };

type Listener = (pane: Pane) => void;

class Grid {
  panes: Pane[] = [];
  private current = 0;
  private readonly onChange: Listener[] = [];
  private readonly onHang: Listener[] = [];
  private made = 0;

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
    const host = document.querySelector<HTMLElement>('[data-viewports]')!;
    host.dataset.layout = name;
    while (this.panes.length > rows * columns) this.drop(this.panes.pop()!);
    const wanted = rows * columns - this.panes.length;
    for (let i = 0; i < wanted; i++) this.add(host);
    this.activate(this.panes[Math.min(this.current, this.panes.length - 1)]);
    engine().resize(true, false);
    this.fillEmpty(fill);
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

  private add(host: HTMLElement): void {
    const template = document.querySelector<HTMLTemplateElement>('template[data-pane]')!;
    const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    host.append(element);
    const pane = new Pane(`pane-${++this.made}`, element);
    element.setAttribute('aria-label', say('viewportName', { n: this.panes.length + 1 }));
    this.panes.push(pane);
    toolGroup().addViewport(pane.id, ENGINE);
    guardMeasuring(pane);
    element.addEventListener('pointerdown', () => this.activate(pane), true);
    element.addEventListener('focusin', () => this.activate(pane));
    element.addEventListener('wheel', () => this.activate(pane), { passive: true });
  }

  private drop(pane: Pane): void {
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

  async hang(set: DisplaySet, pane: Pane = this.active, start = 0): Promise<void> {
    const shown = pane.show(set, start);
    for (const listener of this.onHang) listener(pane);
    await shown;
    for (const listener of this.onHang) listener(pane);
    announce(say('hung', { series: `${set.number} ${set.description}`, n: set.frames }));
  }

  next(step: number): void {
    const index = (this.current + step + this.panes.length) % this.panes.length;
    this.panes[index].element.focus();
  }
}

export const grid = new Grid();

/** Draw at the right size when the window or the report panel changes. */
export function followSize(): void {
  let timer = 0;
  const observer = new ResizeObserver(() => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => engine().resize(true, true), 60);
  });
  observer.observe(document.querySelector('[data-viewports]')!);
}
