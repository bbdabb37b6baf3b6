// Volumes of series: from pictures that are in memory already, the rest fetched once. The engine's own loader would take the values'
// type from three of the slices and fetch again; here all of them are looked at.
import { cache, Enums, imageLoader, ImageVolume, type Types } from '@cornerstonejs/core';
import type { DisplaySet } from '../boot';
import { imageIdsOf, metadataOf, placeOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { memoryBudget } from '../engine';
import type { ValueOf } from './ball';
import { checkGeometry, type Geometry, indexAt, type Room, stepThatFits, thinned, tooLargeFor, type Vector, type Verdict } from './geometry';

const AT_ONCE = 6;
/** Share of the memory that one volume may take; the rest is for what hangs beside it. */
const SHARE = 0.6;

/** Pictures had to go from the memory while others came. */
export class NoRoom extends Error {}

export interface Loaded { id: string; set: DisplaySet; geometry: Geometry; image: ImageVolume }

/** Whether a display set may be cut in any direction; `shown` is the picture that the reader looks at. */
export async function verdictOf(set: DisplaySet, shown = ''): Promise<Verdict> {
  if (set.kind !== 'image') return { ok: false, reason: 'noPicture', values: {} };
  const ids = await imageIdsOf(set);
  return checkGeometry(ids.map((id) => ({ id, ds: metadataOf(id) })), shown);
}

let limits: Room | undefined;

/** What this browser can hold of one volume. */
function roomForVolumes(): Room {
  limits ??= { bytes: memoryBudget() * SHARE, largestSide: Number(asked((gl) => gl.MAX_3D_TEXTURE_SIZE) ?? 0) };
  return limits;
}

/** Whether the processor draws for want of a graphics card. */
export function drawsWithoutCard(): boolean {
  const name = asked((gl) => (gl.getExtension('WEBGL_debug_renderer_info') ? UNMASKED_RENDERER : gl.RENDERER));
  return /swiftshader|llvmpipe|software|basic render/i.test(String(name));
}

const UNMASKED_RENDERER = 0x9246;

function asked(parameter: (gl: WebGL2RenderingContext) => number): unknown {
  const gl = document.createElement('canvas').getContext('webgl2');
  const answer: unknown = gl?.getParameter(parameter(gl));
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return answer;
}

export function stepFor(geometry: Geometry): number {
  return stepThatFits(geometry, roomForVolumes());
}

/** Why not all of a volume fits, for whoever reads it. */
export function whyTooLarge(geometry: Geometry): { reason: string; values: Record<string, string> } {
  const limits = roomForVolumes();
  const [columns, rows, slices] = geometry.dimensions;
  const values = { n: String(slices), side: String(Math.max(columns, rows)), most: String(limits.largestSide) };
  return { reason: tooLargeFor(geometry, limits), values };
}

/** Fetch what is missing and make the volume. `tell` hears how many are here, and says by false that nobody waits any more. */
export async function loadVolume(set: DisplaySet, whole: Geometry, step: number, tell: (here: number, all: number) => boolean): Promise<Loaded | undefined> {
  const geometry = thinned(whole, step);
  const id = `lightbox:${set.key}:${geometry.phase}:${step}`;
  if (!(await fetchAll(geometry.ids, tell))) return undefined;
  const known = cache.getVolume(id) as ImageVolume | undefined;
  if (known) return { id, set, geometry, image: known };
  if (geometry.ids.some((one) => !cache.getImage(one))) throw new NoRoom();
  const image = volumeFrom(id, geometry);
  cache.putVolumeSync(id, image as never);
  return { id, set, geometry, image };
}

async function fetchAll(ids: string[], tell: (here: number, all: number) => boolean): Promise<boolean> {
  const queue = ids.filter((id) => !cache.getImage(id));
  let here = ids.length - queue.length;
  let waited = tell(here, ids.length);
  const worker = async () => {
    for (let id = queue.shift(); id && waited; id = queue.shift()) {
      await imageLoader.loadAndCacheImage(id, { priority: 0, requestType: Enums.RequestType.Prefetch, useRGBA: false } as never);
      waited = tell(++here, ids.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return waited;
}

function volumeFrom(volumeId: string, geometry: Geometry): ImageVolume {
  const images = geometry.ids.map((id) => cache.getImage(id) as Types.IImage);
  const ds = metadataOf(geometry.ids[0]);
  const volume = new ImageVolume({
    volumeId,
    imageIds: geometry.ids,
    // Without this the engine fetches the middle slice once more to find a window.
    referencedImageIds: geometry.ids,
    dataType: typeFor(images),
    dimensions: geometry.dimensions,
    spacing: geometry.spacing,
    origin: geometry.origin,
    direction: geometry.direction,
    metadata: { FrameOfReferenceUID: geometry.frameOfReference, Modality: text(ds, '00080060'), ImageOrientationPatient: geometry.direction.slice(0, 6) },
  } as never);
  volume.isPreScaled = true;
  volume.loadStatus = { loaded: true, loading: false, cancelled: false, callbacks: [] } as never;
  geometry.ids.forEach((_, index) => (volume.vtkOpenGLTexture as { setUpdatedFrame(index: number): void }).setUpdatedFrame(index));
  return volume;
}

/** The smallest type that holds the values of every slice: each was decoded into what fits itself. */
function typeFor(images: Types.IImage[]): string {
  if (images.some((image) => image.voxelManager?.getScalarData() instanceof Float32Array)) return 'Float32Array';
  const least = Math.min(...images.map((image) => image.minPixelValue));
  const most = Math.max(...images.map((image) => image.maxPixelValue));
  if (least >= 0) return most < 256 ? 'Uint8Array' : most < 65_536 ? 'Uint16Array' : 'Float32Array';
  return least >= -32_768 && most < 32_768 ? 'Int16Array' : 'Float32Array';
}

/** Let go of a volume; its pictures stay. */
export function dropVolume(volume: Loaded): void {
  if (!cache.getVolume(volume.id)) return;
  cache.removeVolumeLoadObject(volume.id);
  const texture = volume.image.vtkOpenGLTexture as { releaseGraphicsResources(): void; delete(): void };
  texture.releaseGraphicsResources();
  texture.delete();
}

/** The value of the point nearest to a place; undefined outside. */
export function valueAt({ geometry, image }: Loaded, place: Vector): number | undefined {
  const index = indexAt(geometry, place).map(Math.round) as Vector;
  if (index.some((part, side) => part < 0 || part >= geometry.dimensions[side])) return undefined;
  const value = image.voxelManager!.getAtIJK(...index) as number | undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Reads a volume point by point. */
export function readerOf({ image }: Loaded): ValueOf {
  return (column, row, slice) => image.voxelManager!.getAtIJK(column, row, slice) as number;
}

/** The slice that lies nearest to a place. */
export function nearestPicture({ geometry }: Loaded, place: Vector): ReturnType<typeof placeOf> {
  const slice = Math.round(indexAt(geometry, place)[2]);
  return placeOf(geometry.ids[Math.min(geometry.ids.length - 1, Math.max(0, slice))]);
}
