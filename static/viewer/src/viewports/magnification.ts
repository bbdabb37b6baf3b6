// How large a picture is on the screen.
import type { Types } from '@cornerstonejs/core';

/** Screen pixels, as a style sheet counts them, for a step in the picture and for a unit of its plane (a millimetre where that is known). */
function steps(viewport: Types.IStackViewport): { pixel: number; unit: number } | undefined {
  const image = viewport.getImageData()?.imageData;
  if (!image?.indexToWorld) return undefined;
  const [start, next] = [image.indexToWorld([0, 0, 0]), image.indexToWorld([1, 0, 0])] as Types.Point3[];
  const [a, b] = [viewport.worldToCanvas(start), viewport.worldToCanvas(next)];
  const pixel = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return { pixel, unit: pixel / Math.hypot(next[0] - start[0], next[1] - start[1], next[2] - start[2]) };
}

/** Pixels of the screen's own for one pixel of the picture. */
export function pixelZoom(viewport: Types.IStackViewport): number {
  return (steps(viewport)?.pixel ?? 1) * (window.devicePixelRatio || 1);
}

/** Style-sheet pixels for a millimetre of the picture. */
export function unitZoom(viewport: Types.IStackViewport): number {
  return steps(viewport)?.unit ?? 1;
}
