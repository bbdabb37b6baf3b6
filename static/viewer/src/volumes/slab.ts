// Slabs: how thick a cut plane is, and what is shown of the values in it.
import { Enums } from '@cornerstonejs/core';
import { say } from '../boot';
import { engine } from '../engine';
import { leaveOutFilled } from './filled';
import type { View } from './view';

const MODES: Record<string, Enums.BlendModes> = {
  mip: Enums.BlendModes.MAXIMUM_INTENSITY_BLEND, minip: Enums.BlendModes.MINIMUM_INTENSITY_BLEND, mean: Enums.BlendModes.AVERAGE_INTENSITY_BLEND,
};

/** A layer over another is seen by its opacity whatever the plane's thickness, which only a maximum does. */
const THIN = [Enums.BlendModes.COMPOSITE, Enums.BlendModes.MAXIMUM_INTENSITY_BLEND];

export class Slab {
  private views: View[] = [];
  private mode = 'thin';
  private mm = 10;
  private host: HTMLElement | undefined;

  start(views: View[], host: HTMLElement): void {
    this.views = views;
    this.mode = 'thin';
    if (!this.host) this.wire(host);
    this.host = host;
    this.apply();
    this.show();
  }

  private wire(host: HTMLElement): void {
    this.select(host).addEventListener('change', () => this.choose(this.select(host).value));
    this.range(host).addEventListener('input', () => this.choose(this.mode === 'thin' ? 'mip' : this.mode, Number(this.range(host).value)));
  }

  private select(host: HTMLElement): HTMLSelectElement {
    return host.querySelector<HTMLSelectElement>('[data-room-slab]')!;
  }

  private range(host: HTMLElement): HTMLInputElement {
    return host.querySelector<HTMLInputElement>('[data-room-thickness]')!;
  }

  /** What is shown of which thickness; nothing of a thin plane. */
  get now(): { slab: string; thickness: number } {
    return this.mode === 'thin' ? { slab: '', thickness: 0 } : { slab: this.mode, thickness: this.mm };
  }

  /** As the controls stand. */
  get chosen(): { slab: string; thickness: number } {
    return { slab: this.mode, thickness: this.mm };
  }

  choose(mode: string, mm = this.mm): void {
    [this.mode, this.mm] = [mode, mm];
    this.apply();
    this.show();
    engine().renderViewports(this.views.map((view) => view.spec.id));
  }

  /** Thin is the plane itself; a slab lies half before and half behind it. */
  apply(): void {
    for (const view of this.views) {
      for (const [index, { uid }] of view.viewport.getActors().entries()) view.viewport.setBlendMode(MODES[this.mode] ?? THIN[Math.min(index, 1)], [uid]);
      if (this.mode === 'thin') view.viewport.resetSlabThickness();
      else this.thicken(view);
      view.slabText = this.mode === 'thin' ? '' : `${say(`slab.${this.mode}`)} ${this.mm} mm`;
      view.queueOverlays();
    }
  }

  private thicken(view: View): void {
    leaveOutFilled(view);
    // The engine counts from the middle.
    view.viewport.setSlabThickness(this.mm / 2);
  }

  private show(): void {
    if (!this.host) return;
    this.select(this.host).value = this.mode;
    this.range(this.host).value = String(this.mm);
    this.host.querySelector('[data-room-thickness-shown]')!.textContent = this.mode === 'thin' ? '' : `${this.mm} mm`;
  }
}
