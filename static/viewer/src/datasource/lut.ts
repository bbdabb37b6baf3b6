// Look-up tables of grey pictures: the modality LUT gives the values their meaning, VOI LUTs show them (PS3.3 C.11.1 and C.11.2).
import { type Types, utilities } from '@cornerstonejs/core';
import { bytesOf, wordsOf } from './bulk';
import { type Dataset, items, number, numbers, text } from './dicomjson';

/** `entries` begin at the value `first`; what lies beyond has the nearest end. */
export interface Table { name: string; first: number; entries: ArrayLike<number>; most: number }

const MODALITY = '00283000';
const VOI = '00283010';
const DATA = '00283006';

/** Puts the entries of a picture's tables into its metadata, as numbers; a table that cannot be had is left out. */
export async function completeTables(ds: Dataset): Promise<void> {
  const tables = [...items(ds, MODALITY), ...items(ds, VOI)].filter((item) => !item[DATA]?.Value);
  await Promise.all(tables.map(async (item) => {
    const bytes = await bytesOf(item[DATA]);
    if (bytes) item[DATA] = { vr: 'US', Value: wordsOf(bytes, numbers(item, '00283002')[0] || 65536) };
  }));
}

function tableOf(item: Dataset | undefined, isSigned: boolean): Table | undefined {
  if (!item) return undefined;
  const [, first = 0, bits = 16] = numbers(item, '00283002');
  const entries = numbers(item, DATA);
  if (!entries.length) return undefined;
  return { name: text(item, '00283003'), first: isSigned && first > 32767 ? first - 65536 : first, entries, most: 2 ** bits - 1 };
}

export function modalityTable(ds: Dataset): Table | undefined {
  return tableOf(items(ds, MODALITY)[0], number(ds, '00280103') === 1);
}

/** What a VOI LUT starts from are values after the modality LUT, which are signed when that can give negative ones. */
export function voiTables(ds: Dataset): Table[] {
  const isSigned = modalityTable(ds) === undefined && (number(ds, '00280103') === 1 || (number(ds, '00281052') ?? 0) < 0);
  return items(ds, VOI).map((item) => tableOf(item, isSigned)).filter((table): table is Table => table !== undefined);
}

function lookedUp({ first, entries }: Table, value: number): number {
  return entries[Math.min(entries.length - 1, Math.max(0, value - first))];
}

/** The picture with its modality LUT applied, so that what is shown and what is measured are its values. */
export function withModalityTable<T extends Types.IImage>(image: T, ds: Dataset): T {
  const table = modalityTable(ds);
  const stored = image.voxelManager?.getScalarData() as ArrayLike<number> | undefined;
  if (!table || !stored) return image;
  const pixels = table.most > 255 ? new Uint16Array(stored.length) : new Uint8Array(stored.length);
  for (let at = 0; at < stored.length; at++) pixels[at] = lookedUp(table, stored[at]);
  const [min, max] = ends(pixels);
  const { columns: width, rows: height } = image;
  return {
    ...image, ...(number(ds, '00281050') === undefined ? { windowCenter: (min + max) / 2, windowWidth: Math.max(1, max - min) } : {}),
    slope: 1, intercept: 0, minPixelValue: min, maxPixelValue: max, preScale: { ...image.preScale, scaled: true }, dataType: pixels.constructor.name,
    sizeInBytes: pixels.byteLength, getPixelData: () => pixels,
    imageFrame: { ...image.imageFrame, pixelData: pixels, pixelDataLength: pixels.length, smallestPixelValue: min, largestPixelValue: max },
    voxelManager: utilities.VoxelManager.createImageVoxelManager({ scalarData: pixels, width, height, numberOfComponents: 1 } as never),
  } as unknown as T;
}

function ends(values: ArrayLike<number>): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    if (values[at] < min) min = values[at];
    if (values[at] > max) max = values[at];
  }
  return [min, max];
}

interface Curve { removeAllPoints: () => void; addRGBPoint: (x: number, r: number, g: number, b: number) => void }
interface GreyActor { actor: { getProperty: () => { getRGBTransferFunction: (channel: number) => Curve } } }

const MOST_NODES = 1024;

/** Shows `table` over the values that it covers; gives them as the window that they are. */
export function showTable(viewport: Types.IStackViewport, table: Table): { lower: number; upper: number } {
  const [lower, upper] = [table.first, table.first + table.entries.length - 1];
  viewport.setProperties({ voiRange: { lower, upper } });
  const step = Math.max(1, Math.ceil(table.entries.length / MOST_NODES));
  const places = Array.from({ length: Math.ceil(table.entries.length / step) }, (_, index) => index * step);
  draw(viewport, [...places, table.entries.length - 1].map((place) => [table.first + place, table.entries[place] / table.most]));
  return { lower, upper };
}

/** Shows greys at values, rising; gives where they begin and end as the window that they are. */
export function showNodes(viewport: Types.IStackViewport, nodes: [value: number, grey: number][]): void {
  viewport.setProperties({ invert: false });
  viewport.setProperties({ voiRange: { lower: nodes[0][0], upper: nodes[nodes.length - 1][0] } });
  draw(viewport, nodes);
}

/** Back to a straight line from black to white over the window. */
export function showStraight(viewport: Types.IStackViewport): void {
  const { lower, upper } = viewport.getProperties().voiRange ?? { lower: 0, upper: 1 };
  draw(viewport, [[lower, 0], [upper, 1]]);
}

function draw(viewport: Types.IStackViewport, nodes: [value: number, grey: number][]): void {
  const curve = (viewport.getDefaultActor() as unknown as GreyActor).actor.getProperty().getRGBTransferFunction(0);
  const isDark = Boolean(viewport.getProperties().invert);
  curve.removeAllPoints();
  for (const [value, grey] of nodes) {
    const shade = isDark ? 1 - grey : grey;
    curve.addRGBPoint(value, shade, shade, shade);
  }
  viewport.render();
}
