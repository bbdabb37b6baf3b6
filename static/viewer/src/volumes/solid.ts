// Volume rendering: presets, a box that crops, and drawing coarsely where the machine is slow.
import type { Types } from '@cornerstonejs/core';
import vtkPlane from '@kitware/vtk.js/Common/DataModel/Plane.js';
import { type RoomLook, say } from '../boot';
import { placeAt, type Vector } from './geometry';
import type { Layer } from './layer';
import { letters, opposite } from '../viewports/orientation';
import type { View } from './view';

/** Bone alone: the engine's own presets of that name begin at muscle. Values are in Hounsfield units. */
const BONE = {
  name: 'bone', gradientOpacity: '4 0 1 255 1', specularPower: '10', specular: '0.2', shade: '1', ambient: '0.15', diffuse: '0.9', interpolation: '1',
  scalarOpacity: '8 -3024 0 140 0 380 0.7 3071 0.8',
  colorTransfer: '16 -3024 0 0 0 140 0.7 0.4 0.3 380 0.91 0.82 0.6 3071 1 1 1',
};

const PRESETS: Record<string, [key: string, name: string][]> = {
  CT: [['bone', 'bone'], ['vessels', 'CT-Chest-Vessels'], ['lung', 'CT-Lung'], ['soft', 'CT-Soft-Tissue'], ['muscle', 'CT-Muscle'], ['mip', 'CT-MIP']],
  PT: [['mip', 'MR-MIP']],
  MR: [['mr', 'MR-Default'], ['angio', 'MR-Angio'], ['brain', 'MR-T2-Brain'], ['mip', 'MR-MIP']],
};
/** Distance between samples, in times of the finest, where a machine is slow and before it is known. */
export const COARSEST = 8;
const MOMENT_MS = 700;

type SolidLook = Pick<RoomLook, 'preset' | 'crop'>;
interface Mapper { removeAllClippingPlanes(): void; addClippingPlane(plane: unknown): void }

export class Solid {
  private view: View | undefined;
  private layer: Layer | undefined;
  private host: HTMLElement | undefined;
  private front: Types.ICamera | undefined;

  start(view: View, layer: Layer, host: HTMLElement): void {
    [this.view, this.layer] = [view, layer];
    if (!this.host) this.wire(host);
    this.host = host;
    this.isWarm = false;
    this.front = view.viewport.getCamera();
    this.fillPresets();
    this.resetBox();
    this.apply();
    view.surface.addEventListener('CORNERSTONE_IMAGE_RENDERED', () => this.drawn());
  }

  private wire(host: HTMLElement): void {
    this.presets(host).addEventListener('change', () => this.apply());
    for (const range of this.ranges(host)) range.addEventListener('input', () => this.crop(range));
  }

  private presets(host: HTMLElement): HTMLSelectElement {
    return host.querySelector<HTMLSelectElement>('[data-room-preset]')!;
  }

  private ranges(host: HTMLElement): HTMLInputElement[] {
    return [...host.querySelectorAll<HTMLInputElement>('[data-room-crop]')];
  }

  /** Its preset, and what is cropped from each side, in hundredths. */
  get chosen(): SolidLook {
    const crop = this.ranges(this.host!).map((range) => Number(range.value));
    return { preset: this.presets(this.host!).value, crop: crop.some(Boolean) ? crop : undefined };
  }

  /** What is not said, or not known of this modality, is as at first. */
  choose({ preset, crop = [] }: SolidLook): void {
    if (this.known().some(([key]) => key === preset)) this.presets(this.host!).value = preset!;
    const sides = this.ranges(this.host!);
    sides.forEach((range, index) => (range.value = String(crop[index] ?? 0)));
    for (const [index, range] of sides.entries()) if (index % 2) this.apart(range);
    this.apply();
  }

  private known(): [key: string, name: string][] {
    return PRESETS[this.layer!.modality] ?? PRESETS.MR;
  }

  private fillPresets(): void {
    this.presets(this.host!).replaceChildren(...this.known().map(([key]) => new Option(say(`solid.${key}`), key)));
  }

  /** Each range crops from one side; its label says which side of the patient that is. */
  private resetBox(): void {
    const { direction } = this.layer!.volume.geometry;
    this.ranges(this.host!).forEach((range, index) => {
      const side = Math.floor(index / 2);
      const towards = letters(direction.slice(side * 3, side * 3 + 3))[0];
      range.value = '0';
      range.max = '95';
      const name = index % 2 ? towards : opposite(towards);
      range.setAttribute('aria-label', say('cropFrom', { side: name }));
      range.previousElementSibling!.textContent = name;
    });
  }

  private apply(): void {
    const { viewport } = this.view!;
    const chosen = this.presets(this.host!).value;
    const [, name] = this.known().find(([key]) => key === chosen)!;
    viewport.setProperties({ preset: name === BONE.name ? BONE : name } as never);
    this.cropNow();
    this.sample(COARSEST);
    this.began = performance.now();
    viewport.render();
  }

  /** Two opposite sides never meet. */
  private apart(changed: HTMLInputElement): void {
    const all = this.ranges(this.host!);
    const other = Number(all[all.indexOf(changed) ^ 1].value);
    if (Number(changed.value) + other > 95) changed.value = String(95 - other);
  }

  private crop(changed: HTMLInputElement): void {
    this.apart(changed);
    this.cropNow();
    this.view!.viewport.render();
  }

  private cropNow(): void {
    const mapper = this.view!.viewport.getDefaultActor().actor.getMapper() as unknown as Mapper;
    mapper.removeAllClippingPlanes();
    this.ranges(this.host!).forEach((range, index) => {
      if (Number(range.value) > 0) mapper.addClippingPlane(this.planeOf(Math.floor(index / 2), index % 2 === 1, Number(range.value) / 100));
    });
  }

  /** The plane at `part` of the way from one side; what is behind it is not drawn. */
  private planeOf(side: number, fromEnd: boolean, part: number): unknown {
    const { geometry } = this.layer!.volume;
    const last = geometry.dimensions[side] - 1;
    const index: Vector = [0, 0, 0];
    index[side] = last * (fromEnd ? 1 - part : part);
    const normal = geometry.direction.slice(side * 3, side * 3 + 3).map((cosine) => (fromEnd ? -cosine : cosine));
    return vtkPlane.newInstance({ origin: placeAt(geometry, index), normal: normal as Vector });
  }

  private began = 0;
  private isWarm = false;

  /** The first frame has the volume brought to the graphics memory; the second tells how fast it draws, and then it is as fine as it does in a moment. */
  private drawn(): void {
    if (!this.began) return;
    const took = performance.now() - this.began;
    this.began = this.isWarm ? 0 : performance.now();
    if (this.isWarm) this.sample(Math.min(COARSEST, Math.max(1, (COARSEST * took) / MOMENT_MS)));
    else this.view!.viewport.render();
    this.isWarm = true;
  }

  private sample(coarseness: number): void {
    (this.view!.viewport as unknown as { setSampleDistanceMultiplier(times: number): void }).setSampleDistanceMultiplier(coarseness);
  }

  reset(): void {
    this.resetBox();
    this.view!.viewport.setCamera(this.front!);
    this.cropNow();
    this.view!.viewport.render();
  }
}
