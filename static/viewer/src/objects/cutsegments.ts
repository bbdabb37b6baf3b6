// Segmentations on cut planes: the nearest point of the mask shows at each pixel of the screen.
import { say } from '../boot';
import type { Cut } from './planar';
import { coloured, eachUnder, type Stack, stackOf } from './raster';
import { bitsOf, labelsOf } from './segments';
import type { Layer, Plane, Segmentation } from './types';

const stacks = new WeakMap<Plane[], { stack: Stack | undefined }>();

function stackFor(planes: Plane[], thickness: number): Stack | undefined {
  let known = stacks.get(planes);
  if (!known) {
    known = { stack: stackOf(planes, thickness) };
    stacks.set(planes, known);
  }
  return known.stack;
}

/** Why none of it can be laid over planes in this frame of reference; nothing when some can. */
export function segmentsCutMisfit(object: Segmentation, frame: string): string {
  if (!object.frameOfReference || !object.segments.some(({ planes }) => stackFor(planes, object.thickness))) return say('onPicturesOnly');
  return object.frameOfReference === frame ? '' : say('otherFrameOfReference');
}

export function cutSegments(cut: Cut, study: string, object: Segmentation, layers: Layer[], opacity: number, outline: boolean, repaint: () => void): void {
  const whole = { ...cut, width: Math.floor(cut.width), height: Math.floor(cut.height) };
  const owners = new Uint16Array(whole.width * whole.height);
  if (object.labelBytes) ownByLabels(whole, study, object, layers, owners, repaint);
  else ownByBits(whole, study, object, layers, owners, repaint);
  cut.context.globalAlpha = outline ? 1 : opacity;
  cut.context.drawImage(coloured(owners, whole.width, whole.height, layers.map(({ colour }) => colour), outline), 0, 0);
}

function ownByBits(cut: Cut, study: string, object: Segmentation, layers: Layer[], owners: Uint16Array, repaint: () => void): void {
  const bytes = Math.ceil((object.rows * object.columns) / 8);
  for (const segment of object.segments) {
    const owner = layers.findIndex(({ id, shown }) => shown && id === String(segment.number)) + 1;
    const stack = owner ? stackFor(segment.planes, object.thickness) : undefined;
    const bits = stack && bitsOf(study, object, segment, repaint);
    if (!bits) continue;
    eachUnder(cut, stack, object, (pixel, plane, column, row) => {
      const at = row * object.columns + column;
      if (bits[plane * bytes + (at >> 3)] & (1 << (at & 7))) owners[pixel] = owner;
    });
  }
}

function ownByLabels(cut: Cut, study: string, object: Segmentation, layers: Layer[], owners: Uint16Array, repaint: () => void): void {
  const stack = stackFor(object.segments[0].planes, object.thickness);
  const labels = stack && labelsOf(study, object, repaint);
  if (!labels) return;
  const owner = new Map(layers.map(({ id, shown }, index) => [Number(id), shown ? index + 1 : 0]));
  eachUnder(cut, stack, object, (pixel, plane, column, row) => {
    owners[pixel] = owner.get(labels[(plane * object.rows + row) * object.columns + column]) ?? 0;
  });
}
