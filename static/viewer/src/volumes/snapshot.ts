// What a view of the volume room shows, as a picture of its own: image, open objects, measurements, the letters of its sides and a scale.
// Neither the crosshair, which is no part of what is seen, nor anything that names the patient.
import { annotation, state } from '@cornerstonejs/tools';
import { ENGINE } from '../engine';
import { isPlaneMark } from './roomtools';
import type { View } from './view';

/** Of the longer side, in pixels: words stay sharp where the view is small, and the picture no larger than is needed. */
const [LEAST_SIDE, MOST_SIDE] = [1024, 1600];
const HALO = 'font-variant-numeric:tabular-nums;paint-order:stroke;stroke:rgb(0 0 0/.8);stroke-width:3px;stroke-linejoin:round';
const EDGES = ['top', 'left', 'right', 'bottom'] as const;
/** The scale takes at most this part of the width. */
const SCALE_SHARE = 0.25;

/** `share` makes it smaller than it is on the screen. */
export async function snapshotOf(view: View, share = 1): Promise<HTMLCanvasElement> {
  const { clientWidth: width, clientHeight: height } = view.surface;
  const side = Math.max(width, height);
  const ratio = (Math.min(MOST_SIDE, Math.max(LEAST_SIDE, side * (window.devicePixelRatio || 1))) / side) * share;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
  const context = canvas.getContext('2d', { alpha: false })!;
  context.scale(canvas.width / width, canvas.height / height);
  context.imageSmoothingQuality = 'high';
  for (const source of [view.viewport.getCanvas(), ...view.element.querySelectorAll<HTMLCanvasElement>('canvas[data-layer]')]) {
    if (source.width && source.height) context.drawImage(source, 0, 0, width, height);
  }
  const marks = await marksOf(view, width, height);
  if (marks) context.drawImage(marks, 0, 0, width, height);
  drawLetters(context, view, width, height);
  if (view.spec.look !== 'solid') drawScale(context, mmPerPixel(view), width, height);
  return canvas;
}

/** Millimetres of the patient for a pixel of the screen, in views that lie in a plane or are looked through at right angles. */
export function mmPerPixel({ viewport }: View): number {
  const [from, to] = [viewport.canvasToWorld([0, 0]), viewport.canvasToWorld([100, 0])];
  return Math.hypot(...[0, 1, 2].map((axis) => to[axis] - from[axis])) / 100;
}

/** The drawings of the engine, without those of the crosshair. */
async function marksOf(view: View, width: number, height: number): Promise<HTMLImageElement | undefined> {
  const uids = new Set(annotation.state.getAllAnnotations().filter((mark) => isPlaneMark(mark.metadata?.toolName ?? '')).map((mark) => mark.annotationUID));
  const nodes = (state.svgNodeCache[`${view.spec.id}:${ENGINE}`] ?? {}) as Record<string, { domRef?: Element }>;
  const drawn = Object.entries(nodes).filter(([name]) => uids.has(name.split('::')[0])).flatMap(([, { domRef }]) => domRef?.cloneNode(true) ?? []);
  if (!drawn.length) return undefined;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  for (const [name, value] of Object.entries({ width, height, style: 'filter:drop-shadow(0 0 1px #000) drop-shadow(0 0 1px #000)' })) svg.setAttribute(name, String(value));
  svg.append(...drawn);
  for (const words of svg.querySelectorAll('text')) words.setAttribute('style', `${words.getAttribute('style') ?? ''};${HALO}`);
  const picture = new Image(width, height);
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await picture.decode();
  return picture;
}

function drawLetters(context: CanvasRenderingContext2D, view: View, width: number, height: number): void {
  const places = { top: [width / 2, 14], left: [14, height / 2], right: [width - 14, height / 2], bottom: [width / 2, height - 14] };
  for (const edge of EDGES) {
    context.textAlign = edge === 'left' || edge === 'right' ? edge : 'center';
    write(context, view.part(`edge-${edge}`).textContent ?? '', places[edge][0], places[edge][1]);
  }
}

function write(context: CanvasRenderingContext2D, words: string, x: number, y: number): void {
  Object.assign(context, { font: '600 16px system-ui, sans-serif', textBaseline: 'middle', lineJoin: 'round', lineWidth: 4, strokeStyle: '#000', fillStyle: '#fff' });
  context.strokeText(words, x, y);
  context.fillText(words, x, y);
}

/** A round length in centimetres, or in millimetres where it is near. */
function drawScale(context: CanvasRenderingContext2D, perPixel: number, width: number, height: number): void {
  const mm = roundBelow(width * SCALE_SHARE * perPixel);
  const [long, right, low] = [mm / perPixel, width - 14, height - 16];
  for (const [colour, thick] of [['#000', 5], ['#fff', 2]] as const) {
    Object.assign(context, { strokeStyle: colour, lineWidth: thick, lineCap: 'square' });
    context.beginPath();
    for (const [x, y] of [[right - long, low - 5], [right - long, low], [right, low], [right, low - 5]]) context.lineTo(x, y);
    context.stroke();
  }
  context.textAlign = 'right';
  write(context, mm >= 10 ? `${mm / 10} cm` : `${mm} mm`, right, low - 16);
}

/** The largest of 1, 2, 5, 10, 20, 50 ... that is not above `most`. */
export function roundBelow(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(most));
  return ten * ([5, 2].find((times) => times * ten <= most) ?? 1);
}
