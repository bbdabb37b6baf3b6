// One viewport with its overlays: hang a display set in it, turn it, flip it, step through it.
import { Enums, type Types, utilities } from '@cornerstonejs/core';
import { type DisplaySet, say } from '../boot';
import { isCoarse } from '../datasource/coarse';
import { resetProperties, colourMap } from './colours';
import { imageIdsOf, metadataOf } from '../datasource/datasource';
import { isColour } from '../datasource/dicomjson';
import { engine } from '../engine';
import { showNodes, showStraight, showTable, type Table } from '../datasource/lut';
import { pixelZoom, unitZoom } from './magnification';
import { clearOverlays, drawOverlays } from './overlays';
import { firstTable } from './presets';
import { uptakeRange } from './uptake';
import { storedWindows } from './windows';
import { explain, fail, firstImageShown } from '../status';

const REDRAW = [Enums.Events.STACK_NEW_IMAGE, Enums.Events.VOI_MODIFIED, Enums.Events.CAMERA_MODIFIED, Enums.Events.IMAGE_RENDERED];

/** The place in the stack with which a pane begins, or how it is found once the stack is known. */
export type Start = number | ((ids: string[]) => number);

export interface Turned { rotation: number; flip: boolean; flip_vertical: boolean; invert: boolean }

export class Pane {
  set: DisplaySet | undefined;
  readonly surface: HTMLDivElement;
  private queued = false;
  private asked = 0;
  private start = 0;
  /** Whether the stack in the viewport is that of `set`. */
  private isHung = false;
  /** Whether the first picture of the stack was shown as its object wants. */
  private isBegun = false;
  private hasTable = false;
  /** The window that was chosen for pictures that name none. */
  private first: Types.VOIRange | undefined;
  private isBlind = false;
  colours = 'grey';
  private begin: (() => void) | undefined;
  /** The picture that could not be had; until it is asked for anew no coarse stand-in is shown. */
  private lost = '';

  constructor(readonly id: string, readonly element: HTMLElement) {
    this.surface = element.querySelector<HTMLDivElement>('[data-surface]')!;
    engine().enableElement({ viewportId: id, type: Enums.ViewportType.STACK, element: this.surface, defaultOptions: { background: [0, 0, 0] } });
    // The engine would take the focus there and keep every key to itself.
    this.surface.removeAttribute('tabindex');
    for (const name of REDRAW) this.surface.addEventListener(name, () => this.queueOverlays());
    this.surface.addEventListener(Enums.Events.IMAGE_RENDERED, () => this.rendered());
  }

  get viewport(): Types.IStackViewport {
    return engine().getViewport(this.id) as Types.IStackViewport;
  }

  part(name: string): HTMLElement {
    return this.element.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  /** Hang a display set; the last call wins when several are under way. */
  async show(set: DisplaySet, start: Start = 0, begin?: () => void): Promise<void> {
    const turn = ++this.asked;
    this.set = set;
    this.start = typeof start === 'number' ? start : 0;
    this.begin = begin;
    // The engine would come back to them with the second picture.
    if (this.colours !== 'grey') this.colour('grey');
    this.isHung = false;
    this.isBegun = false;
    this.hasTable = false;
    this.first = undefined;
    this.lost = '';
    this.element.dataset.set = set.key;
    clearOverlays(this);
    this.cover();
    this.message(set.kind === 'image' ? say('loading') : say(`kind.${set.kind}`), set.kind === 'image' ? '' : set.description);
    if (set.kind !== 'image') return this.blank();
    try {
      const ids = await imageIdsOf(set);
      if (turn !== this.asked) return;
      if (!ids.length) return this.noPicture();
      this.isHung = true;
      this.start = typeof start === 'number' ? start : start(ids);
      await this.viewport.setStack(ids, Math.min(Math.max(0, this.start), ids.length - 1));
    } catch (error) {
      if (turn === this.asked) this.broken(error);
    }
  }

  /** No viewport any more: what is still under way for it comes to nothing. */
  gone(): void {
    this.asked += 1;
    this.isHung = false;
    this.set = undefined;
  }

  /** Hang nothing, and say why. */
  empty(text: string, hint = ''): void {
    this.asked += 1;
    this.set = undefined;
    this.isHung = false;
    this.start = 0;
    delete this.element.dataset.set;
    clearOverlays(this);
    this.blank();
    this.message(text, hint);
  }

  /** What was drawn before is not what is asked for now. */
  private cover(): void {
    this.surface.toggleAttribute('data-covered', true);
    this.element.removeAttribute('data-coarse');
  }

  private blank(): void {
    this.cover();
    this.element.dataset.shown = 'none';
  }

  private noPicture(): void {
    this.blank();
    this.message(say('noPixels'), say('noPixelsHint'));
    fail(say('noPixels'), say('noPixelsHint'));
  }

  /** A picture that could not be shown: say so here, where it should have been, and not over the one before. */
  broken(error: unknown): void {
    const { text, hint, code } = explain(error);
    this.lost = this.viewport.getCurrentImageId();
    this.blank();
    this.message(text, hint);
    this.queueOverlays();
    fail(text, hint, code);
  }

  /** Nothing can be drawn: whatever the engine says, no picture is shown. */
  blind(text: string, hint: string): void {
    this.isBlind = true;
    this.blank();
    this.message(text, hint);
  }

  /** As the object wants to be shown: its table, where it names no window. Uptake without either is dark on white, over what is read in it. */
  private showFirst(): void {
    const ds = this.metadata();
    if (!ds || isColour(ds) || storedWindows(ds).length) return;
    const table = firstTable(ds);
    if (table) return this.useTable(table);
    this.first = uptakeRange(this.viewport.getImageIds().map(metadataOf));
    if (this.first) this.viewport.setProperties({ voiRange: { ...this.first }, invert: true });
    if (this.first) this.colour('grey'); // the engine's own have no steps where it began with a picture that is all of one value
  }

  /** Whether a picture of its set has been shown, and how it looks can be read off it. */
  hasBegun(): boolean {
    return this.isBegun;
  }

  /** Whether it was to show pictures and shows none. */
  isFailed(): boolean {
    return this.set?.kind === 'image' && this.element.dataset.shown === 'none';
  }

  message(text: string, hint = ''): void {
    const box = this.part('message');
    box.hidden = !text;
    box.querySelector('[data-text]')!.textContent = text;
    box.querySelector('[data-hint]')!.textContent = hint;
  }

  private rendered(): void {
    const image = this.isBlind ? undefined : this.picture();
    if (!image || image.imageId !== this.viewport.getCurrentImageId()) return;
    if (isCoarse(image) && image.imageId === this.lost) return;
    this.message('');
    if (!this.isBegun) {
      this.isBegun = true;
      this.showFirst();
      this.begin?.();
    }
    this.surface.removeAttribute('data-covered');
    this.element.dataset.shown = 'image';
    if (isCoarse(image)) this.element.setAttribute('data-coarse', '');
    else this.wholeShown(image.imageId);
  }

  private wholeShown(imageId: string): void {
    this.lost = '';
    firstImageShown();
    if (!this.element.hasAttribute('data-coarse')) return;
    this.element.removeAttribute('data-coarse');
    document.dispatchEvent(new CustomEvent('viewer:whole-image', { detail: imageId }));
  }

  /** What is on the screen; while the next one is fetched it is not the one that is asked for. */
  private picture(): Types.IImage | undefined {
    const image = this.isHung ? (this.viewport.getCornerstoneImage?.() as Types.IImage | undefined) : undefined;
    return image && this.viewport.getImageIds().includes(image.imageId) ? image : undefined;
  }

  /** Which picture the overlays speak of: the one on the screen, the one that will be there first, or the one that should be there. */
  shownId(): string {
    const wanted = this.viewport.getCurrentImageId();
    return wanted === this.lost ? wanted : (this.picture()?.imageId ?? wanted);
  }

  isCoarse(): boolean {
    return isCoarse(this.picture());
  }

  /** Whether the picture that is asked for is on the screen with all that it has: before that nothing is measured or kept. */
  isWhole(): boolean {
    return this.picture()?.imageId === this.viewport.getCurrentImageId() && !this.isCoarse();
  }

  awaits(imageId: string): boolean {
    return this.isHung && imageId !== this.lost && this.viewport.getCurrentImageId() === imageId && !this.isWhole();
  }

  /** Show a stand-in for the picture that is arriving. */
  drawCoarse(image: Types.IImage): void {
    this.viewport.renderImageObject(image);
    this.viewport.render();
    this.queueOverlays();
  }

  queueOverlays(): void {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      if (this.viewport) drawOverlays(this);
    });
  }

  metadata(): ReturnType<typeof metadataOf> | undefined {
    const id = this.set?.kind === 'image' ? this.shownId() : undefined;
    return id ? metadataOf(id) : undefined;
  }

  setWindow(centre: number, width: number): void {
    this.straighten();
    this.viewport.setProperties({ voiRange: utilities.windowLevel.toLowHighRange(width, centre) });
    this.viewport.render();
  }

  /** Show through a table of the picture's own. */
  useTable(table: Table): void {
    showTable(this.viewport, table);
    this.hasTable = true;
  }

  /** Show through a curve: the grey from 0 to 1 at each of some values. */
  useCurve(nodes: [value: number, grey: number][]): void {
    showNodes(this.viewport, nodes);
    this.hasTable = true;
  }

  /** Whether grey is shown as it was first, and that was no window of the picture's own. */
  isAtFirst(): boolean {
    const { voiRange } = this.viewport.getProperties();
    return this.first !== undefined && voiRange?.lower === this.first.lower && voiRange.upper === this.first.upper;
  }

  /** Whether a window says all of how grey is shown: not through a table of the picture, nor in colours. */
  hasWindow(): boolean {
    const ds = this.metadata();
    return ds !== undefined && !this.hasTable && !isColour(ds);
  }

  private straighten(): void {
    if (this.hasTable) showStraight(this.viewport);
    this.hasTable = false;
  }

  colour(name: string): void {
    // The engine forgets that a picture is inverted when it gets colours.
    const { invert = false } = this.viewport.getProperties();
    this.viewport.setProperties({ invert: false });
    this.viewport.setProperties({ colormap: colourMap(name) });
    this.viewport.setProperties({ invert });
    this.hasTable = false;
    this.colours = name;
    this.viewport.render();
  }

  isSmooth(): boolean {
    return this.count() === 0 || this.viewport.getProperties().interpolationType !== Enums.InterpolationType.NEAREST;
  }

  /** Between the pixels, or each as it is; gives whether it is smooth now. */
  smooth(): boolean {
    const { LINEAR, NEAREST } = Enums.InterpolationType;
    const isSmooth = this.isSmooth();
    this.viewport.setProperties({ interpolationType: isSmooth ? NEAREST : LINEAR });
    this.viewport.render();
    return !isSmooth;
  }

  window(): { centre: number; width: number } | undefined {
    const range = this.viewport.getProperties().voiRange;
    if (!range) return undefined;
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(range.lower, range.upper);
    return { centre: windowCenter, width: windowWidth };
  }

  /** How it is turned, mirrored and inverted against the picture as its object wants it. */
  turned(): Turned {
    const { rotation = 0 } = this.viewport.getViewPresentation() as { rotation?: number };
    const { flipHorizontal = false, flipVertical = false } = this.viewport.getCamera();
    const invert = Boolean(this.viewport.getProperties().invert) !== this.isNegative();
    return { rotation: (Math.round(rotation / 90) * 90) % 360, flip: flipHorizontal, flip_vertical: flipVertical, invert };
  }

  /** Turn it so; what it is already it stays. */
  turn({ rotation, flip, flip_vertical, invert }: Turned): void {
    const now = this.turned();
    if (now.flip !== flip || now.flip_vertical !== flip_vertical) this.viewport.setCamera({ flipHorizontal: flip, flipVertical: flip_vertical });
    if (now.rotation !== rotation) this.viewport.setViewPresentation({ rotation } as Types.ViewPresentation);
    if (now.invert !== invert) this.viewport.setProperties({ invert: invert !== this.isNegative() });
    this.viewport.render();
  }

  /** The engine calls every MONOCHROME1 picture inverted. */
  private isNegative(): boolean {
    return Boolean((this.viewport.getCornerstoneImage() as { invert?: boolean } | undefined)?.invert);
  }

  /** `factor` 1 is all of the picture; `pan` is how far it is moved, in parts of the viewport's own measure. */
  zoomTo(factor: number, pan?: [number, number]): void {
    this.viewport.setViewPresentation({ zoom: factor, pan } as Types.ViewPresentation);
    this.viewport.render();
  }

  invert(): void {
    this.viewport.setProperties({ invert: !this.viewport.getProperties().invert });
    this.viewport.render();
  }

  rotate(degrees = 90): void {
    const { rotation = 0 } = this.viewport.getViewPresentation() as { rotation?: number };
    this.viewport.setViewPresentation({ rotation: (rotation + degrees + 360) % 360 } as Types.ViewPresentation);
    this.viewport.render();
  }

  flip(): void {
    const { flipHorizontal } = this.viewport.getCamera();
    this.viewport.setCamera({ flipHorizontal: !flipHorizontal });
    this.viewport.render();
  }

  flipVertical(): void {
    const { flipVertical } = this.viewport.getCamera();
    this.viewport.setCamera({ flipVertical: !flipVertical });
    this.viewport.render();
  }

  /** All of the picture, turned as it is. */
  fit(): void {
    this.viewport.resetCamera({ resetPan: true, resetZoom: true, resetToCenter: true });
    this.viewport.render();
  }

  /** One pixel of the picture on one of the screen. */
  actualPixels(): void {
    this.zoom(1 / pixelZoom(this.viewport));
  }

  trueSize(pixelsPerMm: number): void {
    this.zoom(pixelsPerMm / unitZoom(this.viewport));
  }

  zoom(factor: number): void {
    this.viewport.setZoom(this.viewport.getZoom() * factor);
    this.viewport.render();
  }

  reset(): void {
    this.viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    if (!resetProperties(this.viewport) || this.colours !== 'grey' || this.hasTable) this.colour('grey');
    this.showFirst();
    this.viewport.resetCamera();
    this.viewport.render();
  }

  /** Go to an image by its place in the stack; out of range stops at the end. */
  async goTo(index: number): Promise<void> {
    const last = this.viewport.getImageIds().length - 1;
    if (last < 0) return;
    await this.viewport.setImageIdIndex(Math.min(last, Math.max(0, index)));
  }

  index(): number {
    return this.isHung ? this.viewport.getCurrentImageIdIndex() : this.start;
  }

  count(): number {
    return this.set?.kind === 'image' ? this.viewport.getImageIds().length : 0;
  }
}
