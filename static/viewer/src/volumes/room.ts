// The volume room: cut planes, volume rendering and fusion, over the viewports of pictures. Those stay as they are underneath,
// so that leaving is to be where one was.
import { utilities } from '@cornerstonejs/core';
import { type DisplaySet, type RoomKind as Kind, say } from '../boot';
import { engine, hasWebGl } from '../engine';
import { partnerOf, Fusion } from './fusion';
import { dot, type Geometry, middleOf, placeAt, type Vector } from './geometry';
import { Layer } from './layer';
import { grid } from '../viewports/layout';
import type { Pane } from '../viewports/pane';
import { leaveCuts } from '../objects/cut';
import { hideRefusal, refuse } from '../refusal';
import { startPlaneMarks, stopPlaneMarks } from './planemarks';
import { crossAt, equip, recentre, unequip } from './roomtools';
import { Slab } from './slab';
import { Solid } from './solid';
import { announce, explain } from '../status';
import { View, type ViewSpec } from './view';
import { drawsWithoutCard, dropVolume, loadVolume, NoRoom, stepFor, verdictOf, whyTooLarge } from './volumes';

const PLANES: ViewSpec[] = (['axial', 'coronal', 'sagittal'] as const).map((plane) => ({ id: `view-${plane}`, look: 'plane', plane }));
const VIEWS: Record<Kind, ViewSpec[]> = {
  mpr: PLANES,
  solid: [{ id: 'view-solid', look: 'solid', plane: 'coronal' }],
  fusion: [...PLANES, { id: 'view-through', look: 'through', plane: 'coronal' }],
};

/** A tenth of a degree: what was drawn on one such plane is drawn on the other. */
const SAME_WAY = 0.9999985;

interface Source { set: DisplaySet; geometry: Geometry; step: number }

class Room {
  kind: Kind | undefined;
  views: View[] = [];
  layers: Layer[] = [];
  readonly slab = new Slab();
  readonly solid = new Solid();
  readonly fusion = new Fusion();
  private turn = 0;
  private current = 0;
  private startAt: Vector | undefined;

  get isOpen(): boolean {
    return this.kind !== undefined;
  }

  get host(): HTMLElement {
    return document.querySelector<HTMLElement>('[data-room]')!;
  }

  get active(): View | undefined {
    return this.views[this.current];
  }

  /** Open one kind, or leave when it is open already. `step` takes every n-th slice; 0 leaves it to what fits. `begin` says how it is first shown. */
  async toggle(kind: Kind, step = 0, begin?: () => void): Promise<void> {
    const wasOpen = this.kind;
    this.close();
    if (wasOpen === kind) return;
    const pane = grid.active;
    try {
      const sources = await this.sources(kind, pane, step, begin);
      if (sources) await this.open(kind, sources, pane, begin);
    } catch (error) {
      this.close();
      if (error instanceof NoRoom) return this.refuse(kind, 'tooLarge');
      const { text, hint } = explain(error);
      refuse(kind, text, hint);
    }
  }

  /** What is to be shown, checked; undefined after it was refused. */
  private async sources(kind: Kind, pane: Pane, step: number, begin?: () => void): Promise<Source[] | undefined> {
    if (!hasWebGl()) return this.refuse(kind, 'noWebGl2');
    if (!pane.set) return this.refuse(kind, 'noPicture');
    const sets = kind === 'fusion' ? await partnerOf(pane.set) : { sets: [pane.set], reason: '' };
    if (!sets.sets) return this.refuse(kind, sets.reason);
    const sources: Source[] = [];
    for (const set of sets.sets) {
      const source = await this.source(kind, set, pane, step, begin);
      if (!source) return undefined;
      sources.push(source);
    }
    return sources;
  }

  private async source(kind: Kind, set: DisplaySet, pane: Pane, step: number, begin?: () => void): Promise<Source | undefined> {
    const verdict = await verdictOf(set, set === pane.set ? pane.shownId() : '');
    if (!verdict.ok) return this.refuse(kind, verdict.reason, verdict.values, set);
    const fits = stepFor(verdict.geometry);
    if (fits === 0) return this.refuseTooLarge(kind, verdict.geometry, set);
    if (fits > Math.max(1, step)) return this.offer(kind, fits, verdict.geometry, begin);
    return { set, geometry: verdict.geometry, step: Math.max(1, step) };
  }

  private refuse(kind: Kind, reason: string, values: Record<string, string> = {}, set?: DisplaySet): undefined {
    refuse(kind, say(`noVolume.${reason}`, values), set ? `${set.number} ${set.description}` : '');
  }

  private refuseTooLarge(kind: Kind, geometry: Geometry, set: DisplaySet): undefined {
    const { reason, values } = whyTooLarge(geometry);
    this.refuse(kind, reason === 'side' ? reason : 'tooLarge', values, set);
  }

  private offer(kind: Kind, step: number, geometry: Geometry, begin?: () => void): undefined {
    const n = geometry.dimensions[2];
    const { reason, values } = whyTooLarge(geometry);
    refuse(kind, say(`noVolume.${reason}`, values), say('everyNthHint'), { label: say('everyNth', { n: step, left: Math.ceil(n / step) }), act: () => void this.toggle(kind, step, begin) });
  }

  private async open(kind: Kind, sources: Source[], pane: Pane, begin?: () => void): Promise<void> {
    const turn = ++this.turn;
    this.kind = kind;
    this.startAt = placeShown(sources[0].geometry, pane);
    this.enter(kind, sources);
    for (const source of sources) {
      const volume = await loadVolume(source.set, source.geometry, source.step, (here, all) => this.loading(turn, here, all));
      if (!volume || turn !== this.turn) return;
      this.layers.push(new Layer(volume));
    }
    await this.painted();
    await this.build(kind, pane);
    if (turn !== this.turn) return;
    begin?.();
    this.host.dataset.state = 'shown';
    document.dispatchEvent(new CustomEvent('viewer:acted', { detail: kind }));
    announce(say(`opened.${kind}`));
  }

  private enter(kind: Kind, sources: Source[]): void {
    hideRefusal();
    const { host } = this;
    host.hidden = false;
    host.dataset.kind = kind;
    host.dataset.state = 'loading';
    host.toggleAttribute('data-slow', kind === 'solid' && drawsWithoutCard());
    document.querySelector('[data-viewports]')!.toggleAttribute('inert', true);
    const [{ set, geometry, step }] = sources;
    const notes = [geometry.phases > 1 ? say('phaseOf', { n: geometry.phase + 1, all: geometry.phases }) : '', step > 1 ? say('thinned', { n: step }) : ''];
    const title = host.querySelector<HTMLElement>('[data-room-title]')!;
    title.textContent = [sources.map((source) => `${source.set.number} ${source.set.description || set.modality}`).join(' + '), ...notes].filter(Boolean).join(' · ');
    title.title = title.textContent;
  }

  /** What is said of the wait has to be on the screen before the drawing holds everything up. */
  private async painted(): Promise<void> {
    if (this.host.hasAttribute('data-slow')) this.host.querySelector('[data-room-loading]')!.textContent = say('slowDrawing');
    await new Promise((drawn) => requestAnimationFrame(() => window.setTimeout(drawn, 0)));
  }

  private loading(turn: number, here: number, all: number): boolean {
    const bar = this.host.querySelector<HTMLProgressElement>('[data-room-progress]')!;
    bar.max = all;
    bar.value = here;
    this.host.querySelector('[data-room-loading]')!.textContent = say('volumeLoading', { here, all });
    return turn === this.turn;
  }

  private async build(kind: Kind, pane: Pane): Promise<void> {
    const board = this.host.querySelector<HTMLElement>('[data-room-views]')!;
    this.views = VIEWS[kind].map((spec) => new View(spec, board));
    this.views.forEach((view, index) => this.wire(view, index));
    await Promise.all(this.views.map((view) => view.show(view.spec.look === 'through' ? this.layers.slice(1) : this.layers)));
    equip(this.views, this.layers);
    if (kind === 'solid') this.solid.start(this.views[0], this.layers[0], this.host);
    else this.slab.start(this.cuts(), this.host);
    if (kind === 'fusion') this.fusion.start(this.views, this.layers, this.host);
    this.window(pane);
    if (kind !== 'solid') this.crossAt();
    this.activate(0);
    if (kind !== 'solid') void startPlaneMarks(this.layers, () => this.slab.now);
    engine().renderViewports(this.views.map((view) => view.spec.id));
  }

  /** Where the planes cross: where that is not said, at the picture that was shown. */
  crossAt(place = this.startAt ?? middleOf(this.layers[0].volume.geometry)): void {
    crossAt(place);
  }

  cuts(): View[] {
    return this.views.filter((view) => view.spec.look === 'plane');
  }

  /** The frame of reference that all planes lie in. */
  get frame(): string {
    return this.layers[0]?.volume.geometry.frameOfReference ?? '';
  }

  /** Show the plane through a place: a view that lies that way already, or the first one, turned. */
  lookAt(place: Vector, normal?: Vector, up?: Vector): void {
    const cuts = this.cuts();
    const along = ({ viewport }: View) => !normal || Math.abs(dot(viewport.getCamera().viewPlaneNormal!, normal)) > SAME_WAY;
    const view = cuts.find(along) ?? cuts[0];
    if (!view) return;
    if (!along(view)) view.viewport.setOrientation({ viewPlaneNormal: normal!, ...(up ? { viewUp: up } : {}) } as never, false);
    this.slab.apply();
    crossAt(place);
    this.activate(this.views.indexOf(view));
    engine().renderViewports(cuts.map((one) => one.spec.id));
  }

  private wire(view: View, index: number): void {
    view.element.addEventListener('pointerdown', () => this.activate(index), true);
    view.element.addEventListener('focusin', () => this.activate(index));
    view.element.addEventListener('dblclick', () => this.enlarge(index));
    view.surface.addEventListener('CORNERSTONE_VOI_MODIFIED', (event) => this.sameWindow(view, (event as CustomEvent<{ volumeId: string }>).detail.volumeId));
  }

  private activate(index: number): void {
    this.current = index;
    this.views.forEach((view, other) => view.element.toggleAttribute('data-active', other === index && this.views.length > 1));
  }

  /** One view over the whole room, or all of them again; one that is not there is none. */
  enlarge(index: number): void {
    const view = index === this.alone ? undefined : this.views[index];
    for (const other of this.views) {
      other.element.toggleAttribute('data-alone', other === view);
      other.element.toggleAttribute('data-away', view !== undefined && other !== view);
    }
    if (view) this.activate(index);
    engine().resize(true, true);
  }

  /** The one that has the whole room; -1 for none. */
  get alone(): number {
    return this.views.findIndex((view) => view.element.hasAttribute('data-alone'));
  }

  private isSharing = false;

  /** A window that is changed in one view is that of all. */
  private sameWindow(from: View, volumeId: string): void {
    const layer = this.layers.find((one) => one.id === volumeId);
    const range = layer && from.range(layer);
    if (this.isSharing || !range || from.spec.look !== 'plane' || this.host.dataset.state !== 'shown') return;
    this.isSharing = true;
    for (const view of this.cuts()) if (view !== from) view.viewport.setProperties({ voiRange: { ...range } }, volumeId);
    engine().renderViewports(this.cuts().map((view) => view.spec.id));
    this.isSharing = false;
  }

  /** The window that the reader had. */
  private window(pane: Pane): void {
    const [base] = this.layers;
    const range = pane.set === base.volume.set ? pane.viewport.getProperties().voiRange : undefined;
    if (range && this.kind !== 'solid') this.setRange(base, range.lower, range.upper);
  }

  setRange(layer: Layer, lower: number, upper: number): void {
    for (const view of this.cuts()) view.viewport.setProperties({ voiRange: { lower, upper } }, layer.id);
    engine().renderViewports(this.cuts().map((view) => view.spec.id));
  }

  /** The window of what is cut, and whether it is inverted; no window where it is still that of the viewport. */
  ownWindow(): { centre?: number; width?: number; invert: boolean } {
    const [cut] = this.cuts();
    const [range, before] = [cut.range(this.layers[0]), grid.active.viewport.getProperties().voiRange];
    const invert = cut.viewport.getProperties()?.invert === true;
    if (!range || (before && isNear(range.lower, before.lower) && isNear(range.upper, before.upper))) return { invert };
    const { windowCenter, windowWidth } = utilities.windowLevel.toWindowLevel(range.lower, range.upper);
    return { centre: windowCenter, width: windowWidth, invert };
  }

  invert(): void {
    for (const { viewport } of this.cuts()) viewport.setProperties({ invert: !viewport.getProperties()?.invert }, this.layers[0].id);
    engine().renderViewports(this.cuts().map((view) => view.spec.id));
  }

  reset(): void {
    if (this.kind === 'solid') return this.solid.reset();
    for (const view of this.views) {
      view.viewport.setOrientation(view.spec.plane as never, false);
      view.viewport.resetCamera();
    }
    recentre();
    this.slab.apply();
    if (this.kind === 'fusion') this.fusion.apply();
    this.window(grid.active);
    this.crossAt();
    engine().renderViewports(this.views.map((view) => view.spec.id));
  }

  close(): void {
    hideRefusal();
    this.turn += 1;
    if (!this.kind) return;
    stopPlaneMarks();
    this.kind = undefined;
    unequip(this.views);
    for (const view of this.views) view.remove();
    for (const layer of this.layers) dropVolume(layer.volume);
    leaveCuts();
    [this.views, this.layers] = [[], []];
    this.host.hidden = true;
    this.host.dataset.state = '';
    document.querySelector('[data-viewports]')!.removeAttribute('inert');
    document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'room-close' }));
    grid.active.element.focus();
  }
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-3;
}

/** The middle of the picture that is shown: there the crosshair begins. */
function placeShown(geometry: Geometry, pane: Pane): Vector | undefined {
  const index = geometry.ids.indexOf(pane.shownId());
  return index < 0 ? undefined : placeAt(geometry, [(geometry.dimensions[0] - 1) / 2, (geometry.dimensions[1] - 1) / 2, index]);
}

export const room = new Room();
