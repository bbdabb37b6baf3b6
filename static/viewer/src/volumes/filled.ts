// Points that were filled in round the pictures are none of a slab: neither its smallest or largest value, nor part of its mean.
import { cache, type Types } from '@cornerstonejs/core';
import { metadataOf } from '../datasource/datasource';
import { paddingOf } from '../datasource/padding';
import type { Layer } from './layer';
import type { View } from './view';

/** Beyond every value; the engine by itself leaves out of a mean what is above a million, as activity may be. */
const ALL: [number, number] = [-1e30, 1e30];

interface Mapper { getViewSpecificProperties(): { OpenGL?: object }; setViewSpecificProperties(properties: object): void; modified(): void }
interface Actor { getMapper(): Mapper; getProperty(): { setIpScalarRange(least: number, most: number): void } }

/** In the engine's shader: a value that was left out is not chosen where another one is there; of nothing at all there is no mean. */
const SHADER = [
  ['selectedValue = OP\\(selectedValue, currentValue\\);', 'selectedValue = !valueWithinScalarRange(currentValue) ? selectedValue : valueWithinScalarRange(selectedValue) ? OP(selectedValue, currentValue) : currentValue;'],
  ['sum /= vec4\\(totalWeight, totalWeight, totalWeight, 1.0\\);', 'sum = totalWeight > 0.0 ? sum / vec4(totalWeight, totalWeight, totalWeight, 1.0) : value;'],
].map(([originalValue, replacementValue]) => ({ shaderType: 'Fragment', originalValue, replacementValue, replaceFirst: false, replaceAll: true }));

/** To be called before a slab is shown. */
export function leaveOutFilled({ viewport, layers }: View): void {
  for (const [index, layer] of layers.entries()) {
    const actor = viewport.getActors()[index]?.actor as unknown as Actor | undefined;
    if (!actor) continue;
    const mapper = actor.getMapper();
    mapper.setViewSpecificProperties({ ...mapper.getViewSpecificProperties(), OpenGL: { ShaderReplacements: SHADER } });
    actor.getProperty().setIpScalarRange(...realRange(layer));
  }
}

const known = new WeakMap<Layer, [number, number]>();

function realRange(layer: Layer): [number, number] {
  const range = known.get(layer) ?? rangeWithout(layer);
  known.set(layer, range);
  return range;
}

/** From the least to the greatest value that is no padding. Padding that lies between them cannot be told apart by that. */
function rangeWithout({ volume: { geometry } }: Layer): [number, number] {
  const isPadding = paddingOf(metadataOf(geometry.ids[0]));
  if (!isPadding) return ALL;
  let [least, most] = [Infinity, -Infinity];
  for (const id of geometry.ids) {
    for (const value of ((cache.getImage(id) as Types.IImage | undefined)?.voxelManager?.getScalarData() ?? []) as Iterable<number>) {
      if (isPadding(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return least <= most ? [least, most] : ALL;
}
