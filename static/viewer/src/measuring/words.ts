// Where the words of marks stand: clear of the corners, inside the viewport, and not at all when their mark is out of sight.
import { type Types as CoreTypes } from '@cornerstonejs/core';
import { annotation, BaseTool, Enums, state } from '@cornerstonejs/tools';
import { registerTextBox } from '@cornerstonejs/tools/utilities/drawing/textBoxOverlapRegistry';
import type { Pane } from '../viewports/pane';
import type { MarkData } from './measure';
import { broken } from './wording';

const MARGIN = 4;
/** In characters of Latin; those of Chinese count twice. */
const LONGEST_LINE = 40;
const WORDED = new Set(['ArrowAnnotate', 'Label']);

/** Drawn before all others: what stands in the corners takes the place of words. */
export class CornersTool extends BaseTool {
  static override toolName = 'Corners';

  renderAnnotation({ viewport }: CoreTypes.IEnabledElement, { svgLayerElement }: { svgLayerElement: SVGElement }): boolean {
    if (!annotation.state.getAllAnnotations().length) return false;
    const own = viewport.element.getBoundingClientRect();
    for (const corner of viewport.element.parentElement?.querySelectorAll('.corner:not(:empty)') ?? []) {
      const { x, y, width, height } = corner.getBoundingClientRect();
      registerTextBox(svgLayerElement, { x: x - own.x, y: y - own.y, width, height });
    }
    return false;
  }
}

export function watchWords({ surface, viewport }: Pane): void {
  surface.addEventListener(Enums.Events.ANNOTATION_RENDERED, () => {
    for (const words of surface.querySelectorAll<SVGGElement>('g[data-annotation-uid]')) place(words, viewport, surface);
  });
}

function place(words: SVGGElement, viewport: CoreTypes.IStackViewport, surface: HTMLElement): void {
  const mark = annotation.state.getAnnotation(words.dataset.annotationUid!);
  if (!mark) return;
  const isSeen = isInSight(mark.data as unknown as MarkData, viewport, surface);
  for (const part of [words, ...linksOf(mark.annotationUID!, viewport)]) part?.setAttribute('visibility', isSeen ? 'visible' : 'hidden');
  if (!isSeen || !WORDED.has(mark.metadata?.toolName ?? '')) return;
  write(words.querySelector('text')!, broken(String(mark.data.label ?? ''), LONGEST_LINE));
  keepInside(words, surface);
}

/** The dotted line from a mark to its words, by the name that the engine gives it. */
function linksOf(uid: string, { id, renderingEngineId }: CoreTypes.IStackViewport): (Element | undefined)[] {
  const nodes = (state.svgNodeCache[`${id}:${renderingEngineId}`] ?? {}) as Record<string, { domRef?: Element }>;
  return Object.keys(nodes).filter((name) => name.startsWith(`${uid}::line::link-`)).map((name) => nodes[name].domRef);
}

function isInSight({ handles, contour }: MarkData, viewport: CoreTypes.IStackViewport, { clientWidth, clientHeight }: HTMLElement): boolean {
  const places = [...handles.points, ...(contour?.polyline ?? [])].map((point) => viewport.worldToCanvas(Array.from(point) as CoreTypes.Point3));
  const spans = (axis: 0 | 1, size: number) => places.some((place) => place[axis] >= 0) && places.some((place) => place[axis] <= size);
  return spans(0, clientWidth) && spans(1, clientHeight);
}

/** The engine writes all of it into the first line, each time. */
function write(text: SVGTextElement, lines: string[]): void {
  const [first] = text.children;
  while (text.children.length < lines.length) text.append(first.cloneNode());
  [...text.children].forEach((line, index) => {
    line.textContent = lines[index] ?? '';
  });
}

function keepInside(words: SVGGElement, { clientWidth, clientHeight }: HTMLElement): void {
  const { x, y, width, height } = words.getBBox();
  const { e, f } = words.transform.baseVal.consolidate()!.matrix;
  const within = (at: number, size: number, most: number) => Math.max(MARGIN, Math.min(at, most - MARGIN - size));
  words.setAttribute('transform', `translate(${within(e + x, width, clientWidth) - x} ${within(f + y, height, clientHeight) - y})`);
}
