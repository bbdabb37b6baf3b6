// One viewport of the volume room, with the same corners and edges as a viewport of pictures.
import { Enums, type Types, utilities } from '@cornerstonejs/core';
import { say, studyOf } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { shownName } from '../datasource/names';
import { nameDoubts } from '../datasource/namewords';
import { engine } from '../engine';
import { dot, unit, type Vector } from './geometry';
import type { Layer } from './layer';
import { letters, opposite, screenDirections } from '../viewports/orientation';
import { watchCut } from '../objects/cut';
import { dicomDate } from '../datasource/dates';
import { COARSEST } from './solid';

export type Plane = 'axial' | 'coronal' | 'sagittal';
/** Cut in planes, looked through as a whole (a maximum projection), or seen from outside. */
export type Look = 'plane' | 'through' | 'solid';

export interface ViewSpec { id: string; look: Look; plane: Plane }

const REDRAW = [Enums.Events.VOI_MODIFIED, Enums.Events.CAMERA_MODIFIED, Enums.Events.IMAGE_RENDERED];

/** Directions that differ by less are the same. */
const SAME_WAY = 1e-4;

export class View {
  readonly element: HTMLElement;
  readonly surface: HTMLDivElement;
  layers: Layer[] = [];
  slabText = '';
  /** How it was looked at first. */
  private front: number[] = [];
  private pointed: Vector | undefined;
  private queued = false;

  constructor(readonly spec: ViewSpec, host: HTMLElement) {
    const template = document.querySelector<HTMLTemplateElement>('template[data-pane]')!;
    this.element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    this.element.dataset.view = spec.id;
    this.element.setAttribute('aria-label', say(`view.${spec.look === 'plane' ? spec.plane : spec.look}`));
    this.part('message').hidden = true;
    host.append(this.element);
    this.surface = this.element.querySelector<HTMLDivElement>('[data-surface]')!;
    engine().enableElement({
      viewportId: spec.id,
      type: spec.look === 'solid' ? Enums.ViewportType.VOLUME_3D : Enums.ViewportType.ORTHOGRAPHIC,
      element: this.surface,
      defaultOptions: { background: [0, 0, 0], orientation: spec.plane as Enums.OrientationAxis },
    });
    // The engine would take the focus there and keep every key to itself.
    this.surface.removeAttribute('tabindex');
    for (const name of REDRAW) this.surface.addEventListener(name, () => this.queueOverlays());
    this.surface.addEventListener('mousemove', (event) => this.point(event));
    this.surface.addEventListener('mouseleave', () => this.point());
  }

  get viewport(): Types.IVolumeViewport {
    return engine().getViewport(this.spec.id) as Types.IVolumeViewport;
  }

  part(name: string): HTMLElement {
    return this.element.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  async show(layers: Layer[]): Promise<void> {
    this.layers = layers;
    const callback = this.spec.look === 'solid' ? coarsely : undefined;
    await this.viewport.setVolumes(layers.map((layer) => ({ volumeId: layer.id, callback })));
    this.front = this.direction();
    if (this.spec.look === 'plane') watchCut(this.surface, this.viewport, layers[0].volume.geometry.frameOfReference);
  }

  /** Where it is looked at from, and what is up: unit vectors of the patient at right angles. */
  direction(): number[] {
    const { viewPlaneNormal, viewUp } = this.viewport.getCamera();
    const normal = unit(viewPlaneNormal as Vector);
    const along = dot(viewUp!, normal);
    return [...normal, ...unit(normal.map((part, axis) => viewUp![axis] - along * part) as Vector)];
  }

  isTurned(): boolean {
    return this.direction().some((part, index) => Math.abs(part - this.front[index]) > SAME_WAY);
  }

  /** The middle of what is seen, in the patient, and half its height. */
  framed(): number[] {
    const { focalPoint, parallelScale } = this.viewport.getCamera();
    return [...focalPoint!, parallelScale!];
  }

  frame([x, y, z, parallelScale]: number[]): void {
    const { focalPoint, position } = this.viewport.getCamera();
    const middle: Vector = [x, y, z];
    this.viewport.setCamera({ focalPoint: middle, position: middle.map((part, axis) => part + position![axis] - focalPoint![axis]) as Vector, parallelScale });
  }

  lookFrom(direction: number[]): void {
    const [normal, viewUp] = [direction.slice(0, 3) as Vector, direction.slice(3) as Vector];
    // Without telling: the crosshair would put all planes upright again.
    if (this.spec.look !== 'solid') return this.viewport.setOrientation({ viewPlaneNormal: normal, viewUp } as never, false, true);
    const { focalPoint, position } = this.viewport.getCamera();
    const away = Math.hypot(...position!.map((part, axis) => part - focalPoint![axis]));
    this.viewport.setCamera({ position: focalPoint!.map((part, axis) => part + away * normal[axis]) as Vector, viewUp });
  }

  remove(): void {
    engine().disableElement(this.spec.id);
    this.element.remove();
  }

  private point(event?: MouseEvent): void {
    const box = this.surface.getBoundingClientRect();
    this.pointed = event && this.spec.look === 'plane' ? ([...this.viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top])] as Vector) : undefined;
    this.queueOverlays();
  }

  queueOverlays(): void {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      if (this.element.isConnected && this.layers.length) this.drawOverlays();
    });
  }

  private drawOverlays(): void {
    const ds = metadataOf(this.layers[0].volume.geometry.ids[0]);
    const study = studyOf(this.layers[0].volume.set);
    this.write('who', [`${shownName(ds, study?.name).name} ${text(ds, '00100020')}`], 'is-strong');
    for (const words of nameDoubts(ds, study)) this.add('who', words, 'is-warn');
    if (study?.mark) this.add('who', study.mark, 'is-warn');
    this.write('what', [this.title, ...this.layers.map(seriesLine)]);
    this.write('window', this.spec.look === 'solid' ? [] : this.layers.map((layer) => this.windowLine(layer)));
    for (const words of new Set(this.layers.flatMap(({ warnings }) => warnings))) this.add('window', words, 'is-warn');
    this.write('where', this.spec.look === 'plane' ? [this.pointed ? this.readout() : '', this.slabText, this.placeLine()] : []);
    this.drawEdges();
  }

  private write(corner: string, lines: string[], className = ''): void {
    this.part(corner).replaceChildren();
    for (const line of lines) this.add(corner, line, className);
  }

  private add(corner: string, line: string, className: string): void {
    if (!line) return;
    const row = document.createElement('div');
    row.textContent = line;
    row.className = className;
    this.part(corner).append(row);
  }

  private readout(): string {
    return this.layers.map((layer) => layer.read(this.pointed!)).filter(Boolean).join(' · ');
  }

  range(layer: Layer): Types.VOIRange | undefined {
    return this.viewport.getProperties(layer.id)?.voiRange;
  }

  private windowLine(layer: Layer): string {
    const range = this.range(layer);
    if (!range) return '';
    if (layer.isSuv) return `${layer.name} ${(range.lower * layer.factor).toFixed(1)} … ${(range.upper * layer.factor).toFixed(1)} ${layer.unit}`;
    const { windowWidth, windowCenter } = utilities.windowLevel.toWindowLevel(range.lower, range.upper);
    return `W ${Math.round(windowWidth)} L ${Math.round(windowCenter)}`.replace('-', '−');
  }

  /** Where the plane lies, along the axis that it is most across. */
  private placeLine(): string {
    const { viewPlaneNormal, focalPoint } = this.viewport.getCamera();
    const parts = viewPlaneNormal!.map(Math.abs);
    const axis = parts.indexOf(Math.max(...parts));
    return `${'xyz'[axis]} ${focalPoint![axis].toFixed(1).replace('-', '−')} mm`;
  }

  /** What is seen, in the reader's language. */
  get title(): string {
    return say(`view.${this.spec.look === 'plane' ? this.planeName : this.spec.look}`);
  }

  get planeName(): Plane | 'oblique' {
    return Math.max(...this.viewport.getCamera().viewPlaneNormal!.map(Math.abs)) < 0.9999 ? 'oblique' : this.spec.plane;
  }

  private drawEdges(): void {
    const { right, down } = screenDirections(this.viewport as never);
    const [word, under] = [letters(right), letters(down)];
    this.part('edge-right').textContent = word;
    this.part('edge-left').textContent = opposite(word);
    this.part('edge-bottom').textContent = under;
    this.part('edge-top').textContent = opposite(under);
  }
}

/** The first frame of a volume rendering is not the finest one: nobody knows yet how long that takes. */
function coarsely({ volumeActor }: { volumeActor: unknown }): void {
  const mapper = (volumeActor as { getMapper(): { getSampleDistance(): number; setSampleDistance(mm: number): void } }).getMapper();
  mapper.setSampleDistance(mapper.getSampleDistance() * COARSEST);
}

function seriesLine(layer: Layer): string {
  const ds = metadataOf(layer.volume.geometry.ids[0]);
  return [dicomDate(text(ds, '00080022') || text(ds, '00080020')), text(ds, '00200011'), text(ds, '0008103E')].filter(Boolean).join(' ');
}
