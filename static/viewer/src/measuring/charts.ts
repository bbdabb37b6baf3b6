// Beside the pictures: how often which value is inside a region, or how it runs along a line. Follows the mark while it is moved.
import { eventTarget } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { say } from '../boot';
import { grid } from '../viewports/layout';
import { type MarkData, measured, shapeOf, subjectOf } from './measure';
import { linesOf } from './wording';
import { samplesOf } from '../datasource/samples';
import { histogram, profile } from '../datasource/statistics';

const [WIDTH, HEIGHT, BASE, TOP] = [320, 130, 112, 6];
const SVG = 'http://www.w3.org/2000/svg';
const LINES = new Set(['Length', 'Bidirectional']);

interface Chart { title: string; path: string; left: string; right: string; high: string; low: string; lines: string[] }

const panel = () => document.querySelector<HTMLElement>('[data-histogram]')!;
let followed: string | undefined;

/** Show the chart of the chosen mark, or of the last one on the picture; hide it when it is shown. */
export function toggleChart(): boolean {
  panel().hidden = !panel().hidden;
  followed = undefined;
  drawChart();
  return !panel().hidden;
}

export function isChartShown(): boolean {
  return !panel().hidden;
}

export function wireCharts(): void {
  const { ANNOTATION_MODIFIED, ANNOTATION_COMPLETED, ANNOTATION_REMOVED, ANNOTATION_SELECTION_CHANGE } = Enums.Events;
  panel().querySelector('[data-histogram-close]')?.addEventListener('click', () => {
    toggleChart();
    document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'chart' }));
  });
  for (const name of [ANNOTATION_MODIFIED, ANNOTATION_COMPLETED]) {
    eventTarget.addEventListener(name, ((event: CustomEvent) => {
      followed = (event.detail.annotation as Types.Annotation).annotationUID;
      drawSoon();
    }) as EventListener);
  }
  for (const name of [ANNOTATION_REMOVED, ANNOTATION_SELECTION_CHANGE]) eventTarget.addEventListener(name, drawSoon);
  grid.changed(drawSoon);
}

let isQueued = false;

function drawSoon(): void {
  if (isQueued || panel().hidden) return;
  isQueued = true;
  requestAnimationFrame(() => {
    isQueued = false;
    drawChart();
  });
}

function drawChart(): void {
  if (panel().hidden) return;
  const chart = chosenMarks().map(chartOf).find((one) => one !== undefined);
  const part = (name: string) => panel().querySelector<HTMLElement>(`[data-histogram-${name}]`)!;
  part('empty').hidden = chart !== undefined;
  part('drawing').hidden = chart === undefined;
  part('title').textContent = chart?.title ?? say('chart');
  if (!chart) return;
  part('drawing').replaceChildren(drawing(chart));
  part('low').textContent = chart.left;
  part('high').textContent = chart.right;
  part('lines').textContent = chart.lines.join(' · ');
}

/** The one that is chosen, the one that was changed last, then all others on the picture, the newest first. */
function chosenMarks(): Types.Annotation[] {
  const here = grid.active?.count() ? grid.active.shownId() : '';
  const all = annotation.state.getAllAnnotations().filter((mark) => mark.metadata?.referencedImageId === here).reverse();
  const chosen = [...annotation.selection.getAnnotationsSelected(), followed];
  return [...chosen.flatMap((uid) => all.filter((mark) => mark.annotationUID === uid)), ...all];
}

function chartOf(mark: Types.Annotation): Chart | undefined {
  const { toolName: tool = '', referencedImageId: imageId = '' } = mark.metadata ?? {};
  const data = mark.data as unknown as MarkData;
  const subject = subjectOf(imageId, data);
  const samples = samplesOf(imageId);
  if (!subject || !samples) return undefined;
  const lines = linesOf(measured(tool, imageId, data));
  const shape = shapeOf(tool, subject);
  if (shape) {
    const found = histogram(samples, shape);
    return found && bars(found.counts, [found.from, found.to], samples.unit, lines);
  }
  const run = LINES.has(tool) && subject.points.length > 1 ? profile(samples, subject.points[0], subject.points[1]) : [];
  return run.length > 1 ? curve(run, samples.unit, lines) : undefined;
}

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1)).replace('-', '−');
const withUnit = (value: number, unit: string) => `${shown(value)} ${unit}`.trim();

function bars(counts: number[], [from, to]: [number, number], unit: string, lines: string[]): Chart {
  const most = Math.max(...counts);
  const step = WIDTH / counts.length;
  const path = counts.map((count, index) => {
    const height = (count / most) * (BASE - TOP);
    return `M${index * step} ${BASE}v${-height}h${Math.max(0.5, step - 0.5)}v${height}z`;
  });
  return { title: say('histogram'), path: path.join(''), left: withUnit(from, unit), right: withUnit(to, unit), high: String(most), low: '0', lines };
}

function curve(run: [number, number][], unit: string, lines: string[]): Chart {
  const values = run.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = ([share, value]: [number, number]) => `${share * WIDTH} ${BASE - ((value - low) / (high - low || 1)) * (BASE - TOP)}`;
  return { title: say('profile'), path: `M${run.map(at).join('L')}`, left: say('lineStart'), right: lines[0] ?? '', high: withUnit(high, unit), low: withUnit(low, unit), lines: [] };
}

function drawing({ path, title, left, right, high, low, lines }: Chart): SVGElement {
  const svg = make('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': [title, left, right, low, high, ...lines].join(', ') });
  const axis = make('path', { d: `M0 ${BASE}H${WIDTH}`, class: 'chart-axis' });
  const curved = make('path', { d: path, class: title === say('profile') ? 'chart-line' : 'chart-bars' });
  const top = make('text', { x: '2', y: '14' });
  top.textContent = high;
  const bottom = make('text', { x: '2', y: String(HEIGHT - 4) });
  bottom.textContent = low;
  svg.append(curved, axis, top, bottom);
  return svg;
}

function make(name: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
