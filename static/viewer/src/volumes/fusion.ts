// PET or SPECT over CT or MR: which series belong together, how they are blended, and the window of uptake values.
import { Enums, utilities } from '@cornerstonejs/core';
import { allSets, type DisplaySet, type RoomLook, say } from '../boot';
import { imageIdsOf, metadataOf } from '../datasource/datasource';
import { text, values } from '../datasource/dicomjson';
import { engine } from '../engine';
import { Layer } from './layer';
import { SUV_UNITS, type SuvKind } from './suv';
import { chooseSuvKind, onSuvKind, suvKind } from './suvkind';
import type { View } from './view';
import { verdictOf } from './volumes';

const UNDER = ['CT', 'MR'];
const OVER = ['PT', 'NM'];
/** Value, red, green, blue from 0 to 1. Hot iron is that of PS3.6 annex B. */
const COLOURS: Record<string, number[]> = {
  hot: [0, 0, 0, 0, 0.5, 1, 0, 0, 0.75, 1, 0.5, 0, 1, 1, 1, 1],
  rainbow: [0, 0, 0, 0.3, 0.25, 0, 0.6, 1, 0.5, 0, 1, 0.2, 0.75, 1, 1, 0, 1, 1, 0, 0],
  grey: [0, 1, 1, 1, 1, 0, 0, 0],
};
/** Below this share of the window the uptake lets the anatomy through. */
const CLEAR_BELOW = 0.12;

interface LayerActor { getProperty(): { setScalarOpacityUnitDistance(index: number, mm: number): void }; getMapper(): { getSampleDistance(): number } }

type FusionLook = Pick<RoomLook, 'fusion' | 'blend' | 'suv' | 'most'>;
type Pair = { sets: [DisplaySet, DisplaySet]; reason: '' } | { sets: undefined; reason: string };

/** The series that belongs over or under `set`: the other modality, of the same study and frame of reference; the attenuation-corrected one first. */
export async function partnerOf(set: DisplaySet): Promise<Pair> {
  const isOver = OVER.includes(set.modality);
  if (!isOver && !UNDER.includes(set.modality)) return { sets: undefined, reason: 'notFusible' };
  const wanted = isOver ? UNDER : OVER;
  const others = allSets().filter((other) => other.kind === 'image' && other.study === set.study && wanted.includes(other.modality));
  const frame = await frameOf(set);
  const fitting: { other: DisplaySet; rank: number }[] = [];
  for (const other of others) {
    if (!frame || (await frameOf(other)) !== frame || !(await verdictOf(other)).ok) continue;
    fitting.push({ other, rank: await rankOf(other) });
  }
  fitting.sort((a, b) => b.rank - a.rank);
  const best = fitting[0]?.other;
  if (!best) return { sets: undefined, reason: others.length ? 'otherFrame' : 'noPartner' };
  return { sets: isOver ? [best, set] : [set, best], reason: '' };
}

async function firstOf(set: DisplaySet) {
  return metadataOf((await imageIdsOf(set))[0] ?? '');
}

async function frameOf(set: DisplaySet): Promise<string> {
  return text(await firstOf(set), '00200052');
}

async function rankOf(set: DisplaySet): Promise<number> {
  const corrected = values(await firstOf(set), '00280051').includes('ATTN') ? 1e6 : 0;
  return corrected + set.frames;
}

export class Fusion {
  private views: View[] = [];
  private over: Layer | undefined;
  private host: HTMLElement | undefined;
  private most = 10;

  start(views: View[], layers: Layer[], host: HTMLElement): void {
    [this.views, this.over] = [views, layers[1]];
    if (!this.host) this.wire(host);
    this.host = host;
    registerColours();
    this.control<HTMLElement>('under').textContent = layers[0].modality;
    this.control<HTMLElement>('over').textContent = layers[1].modality;
    this.readKind();
    this.apply();
  }

  /** How it is blended, coloured and read. */
  get chosen(): FusionLook {
    return { fusion: this.control('colour').value, blend: Number(this.control('blend').value), suv: suvKind(), most: this.most };
  }

  /** What is not said, or not known, stays. */
  choose({ fusion = '', blend, suv = '', most }: FusionLook): void {
    if (Object.hasOwn(COLOURS, fusion)) this.control('colour').value = fusion;
    if (blend !== undefined) this.control('blend').value = String(blend);
    if (Object.hasOwn(SUV_UNITS, suv)) chooseSuvKind(suv as SuvKind);
    if (most) this.control('most').value = String(most);
    this.apply();
  }

  private control<T extends HTMLElement = HTMLInputElement>(name: string, host = this.host!): T {
    return host.querySelector<T>(`[data-fusion-${name}]`)!;
  }

  private wire(host: HTMLElement): void {
    for (const name of ['blend', 'colour', 'most']) this.control(name, host).addEventListener('input', () => this.apply());
    this.control(`kind`, host).addEventListener('change', () => chooseSuvKind(this.control('kind').value as SuvKind));
    onSuvKind(() => {
      if (!this.views[0]?.element.isConnected) return;
      this.readKind();
      this.apply();
    });
  }

  /** Uptake by body weight, lean mass or surface; what cannot be reckoned is named, and the picture's own values are shown. */
  private readKind(): void {
    const layer = this.over!;
    this.control('kind').value = suvKind();
    const suv = layer.modality === 'PT' ? layer.suv() : { missing: 'suv.notPet' };
    const note = this.control<HTMLElement>('note');
    note.textContent = 'missing' in suv ? `${say('suv.none')} ${say(suv.missing)}` : '';
    note.hidden = !note.textContent;
    this.scale();
  }

  /** The far end of the window: 10 for uptake values, else the picture's largest value. */
  private scale(): void {
    const layer = this.over!;
    const largest = layer.volume.image.voxelManager!.getRange()[1] * layer.factor;
    const most = this.control('most');
    most.max = String(layer.isSuv ? Math.max(20, Math.ceil(largest)) : largest);
    most.min = String(layer.isSuv ? 1 : largest / 100);
    most.step = layer.isSuv ? '0.5' : String(largest / 100);
    most.value = String(layer.isSuv ? 10 : largest / 2);
  }

  apply(): void {
    const layer = this.over!;
    this.most = Number(this.control('most').value);
    this.control<HTMLElement>('most-shown').textContent = `${layer.isSuv ? this.most.toFixed(1) : this.most.toPrecision(3)} ${layer.unit}`;
    const blend = Number(this.control('blend').value) / 100;
    const range = layer.rangeTo(this.most);
    for (const view of this.views) {
      if (view.spec.look === 'through') this.through(view, range);
      else this.lay(view, range, blend);
    }
    engine().renderViewports(this.views.map((view) => view.spec.id));
  }

  private lay(view: View, range: { lower: number; upper: number }, blend: number): void {
    const { id } = this.over!;
    const actor = view.viewport.getActors()[1].actor as unknown as LayerActor;
    // Opacities are meant for one sample, however far apart the samples lie.
    actor.getProperty().setScalarOpacityUnitDistance(0, actor.getMapper().getSampleDistance());
    view.viewport.setProperties({ voiRange: range }, id);
    view.viewport.setProperties({ colormap: { name: `lightbox-${this.control('colour').value}`, opacity: clearing(blend, range.upper) } as never }, id);
  }

  /** Uptake of the whole body, dark on white, seen from the front and turned by hand. */
  private through(view: View, range: { lower: number; upper: number }): void {
    const { geometry } = this.over!.volume;
    view.viewport.setProperties({ voiRange: range }, this.over!.id);
    view.viewport.setProperties({ colormap: { name: 'lightbox-grey' } as never }, this.over!.id);
    view.viewport.setBlendMode(Enums.BlendModes.MAXIMUM_INTENSITY_BLEND);
    view.viewport.setSlabThickness(2 * Math.hypot(...geometry.dimensions.map((count, side) => count * geometry.spacing[side])));
  }
}

/** Nothing where there is no uptake; at the far end of the slider the uptake alone. */
function clearing(blend: number, upper: number): { value: number; opacity: number }[] {
  return [{ value: 0, opacity: blend >= 1 ? 1 : 0 }, { value: upper * CLEAR_BELOW, opacity: blend }, { value: upper, opacity: blend }];
}

let areRegistered = false;

function registerColours(): void {
  if (areRegistered) return;
  areRegistered = true;
  for (const [name, RGBPoints] of Object.entries(COLOURS)) utilities.colormap.registerColormap({ Name: `lightbox-${name}`, name: `lightbox-${name}`, ColorSpace: 'RGB', RGBPoints } as never);
}
