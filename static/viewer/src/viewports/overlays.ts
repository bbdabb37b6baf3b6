// The four corners and four edges of a viewport: who, what and when, window, where.
import type { Types } from '@cornerstonejs/core';
import { percentHere } from '../datasource/arriving';
import { dicomDate, dicomTime } from '../datasource/dates';
import { say, studyOf } from '../boot';
import { spacingOf } from '../measuring/calibration';
import { pixelZoom } from './magnification';
import { type Dataset, isColour, number, numbers, text } from '../datasource/dicomjson';
import { lossyMark } from '../datasource/lossy';
import { metadataOf, placeOf } from '../datasource/datasource';
import type { Pane } from './pane';
import { shownName } from '../datasource/names';
import { nameDoubts, textDoubts } from '../datasource/namewords';
import { doubtsOf } from '../datasource/sane';
import { suvAt } from '../volumes/suvkind';
import { drawPlanes } from './planes';
import { letters, opposite, screenDirections, storedLetters } from './orientation';

type Line = { text: string; className?: string };

/** A line that a small viewport does without. */
const MINOR = 'is-minor';
const MOST_LETTERS = 100;

/** Write every overlay of a pane anew from what it shows. */
export function drawOverlays(pane: Pane): void {
  const viewport = pane.viewport;
  const imageId = pane.shownId();
  drawPlanes(pane);
  if (!imageId || !pane.set) return clearOverlays(pane);
  const ds = metadataOf(imageId);
  write(pane, 'who', who(pane, ds));
  write(pane, 'what', what(pane, ds));
  write(pane, 'window', windowLines(pane, ds));
  write(pane, 'where', where(viewport, imageId, ds));
  drawEdges(pane, viewport, ds);
  drawPosition(pane, viewport, imageId);
}

export function clearOverlays(pane: Pane): void {
  for (const corner of ['who', 'what', 'window', 'where']) write(pane, corner, []);
  for (const edge of ['top', 'left', 'right', 'bottom']) pane.part(`edge-${edge}`).textContent = '';
}

function write(pane: Pane, corner: string, lines: Line[]): void {
  const rows = lines.filter((line) => line.text).map((line) => {
    const row = document.createElement('div');
    row.textContent = clipped(line.text);
    if (line.className) row.className = line.className;
    return row;
  });
  pane.part(corner).replaceChildren(...rows);
}

/** Whole texts are in the header; here they leave the picture free. */
function clipped(words: string): string {
  return words.length > MOST_LETTERS ? `${words.slice(0, MOST_LETTERS)} …` : words;
}

function who(pane: Pane, ds: Dataset): Line[] {
  const study = studyOf(pane.set!);
  const id = text(ds, '00100020');
  return [
    { text: `${shownName(ds, study?.name).name} ${id}`, className: 'is-strong' },
    ...nameDoubts(ds, study).map((words) => ({ text: words, className: 'is-warn' })),
    { text: [text(ds, '00100040'), patientAge(text(ds, '00101010')), dicomDate(text(ds, '00100030'))].filter(Boolean).join(' · '), className: MINOR },
    { text: study?.mark ?? '', className: 'is-warn' },
  ];
}

function what(pane: Pane, ds: Dataset): Line[] {
  const when = `${dicomDate(text(ds, '00080022') || text(ds, '00080020'))} ${dicomTime(text(ds, '00080032') || text(ds, '00080030'))}`;
  return [
    { text: text(ds, '00081030'), className: MINOR },
    { text: when.trim(), className: studyOf(pane.set!)?.mark ? 'is-warn' : '' },
    { text: [text(ds, '00200011'), text(ds, '0008103E')].filter(Boolean).join(' ') },
    ...textDoubts(ds).map((words) => ({ text: words, className: 'is-warn' })),
    { text: [text(ds, '00200062') || text(ds, '00200060'), text(ds, '00185101')].filter(Boolean).join(' '), className: MINOR },
  ];
}

function windowLines(pane: Pane, ds: Dataset): Line[] {
  const window = isColour(ds) ? undefined : pane.window();
  const shown = window ? `W ${reading(window.width)} L ${reading(window.centre)}` : '';
  const zoom = `${say('zoom')} ${Math.round(pixelZoom(pane.viewport) * 100)} %`;
  const coarse = pane.isCoarse() ? say('coarse', { n: percentHere(pane.shownId()) ?? 100 }) : '';
  const warnings = [lossyMark(ds), noUptake(pane.shownId()), coarse].map((words) => ({ text: words, className: 'is-warn' }));
  return [{ text: shown }, { text: zoom, className: MINOR }, ...warnings];
}

function noUptake(imageId: string): string {
  const suv = suvAt(imageId);
  return suv && 'missing' in suv ? `${say('suv.none')} ${say(suv.missing)}` : '';
}

function reading(value: number): string {
  const shown = Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(2) : String(Math.round(value));
  return shown.replace('-', '−');
}

function where(viewport: Types.IStackViewport, imageId: string, ds: Dataset): Line[] {
  const index = viewport.getImageIds().indexOf(imageId) + 1;
  const { scale, magnification } = spacingOf(ds);
  const taken = magnification ? say('magnified', { n: magnification.toFixed(2) }) : '';
  const note = scale === 'none' ? say('uncalibrated') : scale === 'detector' ? say('atDetectorPlane') : scale === 'unsaid' ? say('perhapsAtDetector') : taken;
  return [
    { text: `${say('image')} ${index} / ${viewport.getImageIds().length}` },
    { text: [slicePosition(ds), thickness(ds)].filter(Boolean).join(' · '), className: MINOR },
    { text: note, className: scale === 'none' ? 'is-warn' : '' },
    ...doubtsOf(ds).map((doubt) => ({ text: say(`doubt.${doubt}`), className: 'is-warn' })),
  ];
}

function slicePosition(ds: Dataset): string {
  const position = numbers(ds, '00200032');
  const [a, b, c, d, e, f] = numbers(ds, '00200037');
  if (position.length !== 3 || f === undefined) return '';
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d].map(Math.abs);
  const axis = normal.indexOf(Math.max(...normal));
  return `${'xyz'[axis]} ${position[axis].toFixed(1).replace('-', '−')} mm`;
}

function thickness(ds: Dataset): string {
  const mm = number(ds, '00180050');
  return mm ? `${mm.toFixed(1)} mm` : '';
}

function drawEdges(pane: Pane, viewport: Types.IStackViewport, ds: Dataset): void {
  const sides = edges(viewport, ds);
  pane.part('edge-right').textContent = sides?.right ?? '';
  pane.part('edge-bottom').textContent = sides?.bottom ?? '';
  pane.part('edge-left').textContent = sides ? opposite(sides.right) : '';
  pane.part('edge-top').textContent = sides ? opposite(sides.bottom) : '';
}

function edges(viewport: Types.IStackViewport, ds: Dataset): { right: string; bottom: string } | undefined {
  const { right, down } = screenDirections(viewport);
  if (numbers(ds, '00200037').length === 6) return { right: letters(right), bottom: letters(down) };
  const stored = storedLetters(ds);
  return stored ? turned(stored, right, down) : undefined;
}

/** Stored letters on a turned or flipped picture; without cosines the world axes are the picture's own. */
function turned(stored: { right: string; bottom: string }, right: ArrayLike<number>, down: ArrayLike<number>): { right: string; bottom: string } {
  const along = (v: ArrayLike<number>) => {
    const word = Math.abs(v[0]) >= Math.abs(v[1]) ? stored.right : stored.bottom;
    const sign = Math.abs(v[0]) >= Math.abs(v[1]) ? v[0] : v[1];
    return sign >= 0 ? word : opposite(word);
  };
  return { right: along(right), bottom: along(down) };
}

function drawPosition(pane: Pane, viewport: Types.IStackViewport, imageId: string): void {
  const bar = pane.part('position') as HTMLProgressElement;
  const count = viewport.getImageIds().length;
  bar.hidden = count < 2;
  bar.max = count;
  bar.value = viewport.getImageIds().indexOf(imageId) + 1;
  const { instance, frame } = placeOf(imageId);
  pane.element.dataset.image = String(bar.value);
  pane.element.dataset.instance = instance;
  pane.element.dataset.frame = String(frame);
}

/** "058Y" as "58 y". */
function patientAge(value: string): string {
  const match = /^0*(\d+)([DWMY])$/.exec(value);
  return match ? say(`age.${match[2]}`, { n: match[1] }) : '';
}
