// What keys and buttons do while the volume room is open, and the acts that open and leave it.
import { utilities } from '@cornerstonejs/core';
import { readBoot, say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { giveKeysBack } from '../viewports/keysback';
import { presetsFor } from '../viewports/presets';
import { hideRefusal } from '../refusal';
import { keepCapture, takeBackCapture } from './captures';
import { room } from './room';
import { clearPlaneMarks, letGoOfPlaneMark, undoPlaneMarks } from './planemarks';
import { chooseRoomTool } from './roomtools';
import { announce } from '../status';
import { showNextSuv } from '../measuring/uptake';

type Act = () => void;

const OPENING: Record<string, Act> = {
  mpr: () => void room.toggle('mpr'),
  solid: () => void room.toggle('solid'),
  fusion: () => void room.toggle('fusion'),
};
/** What is the same with the room open. */
const AS_EVER = new Set([
  'delete', 'save-objects', 'text', 'to-series', 'to-report', 'full', 'panel', 'rail', 'series-next', 'series-previous', 'prior-next', 'hang-save', 'hang-next',
  'hang-usual', 'afresh', 'left-close', 'screens-1', 'screens-2', 'screens-3', 'screens-again', 'screens-close', 'window-close',
]);

const TOOLS = ['crosshair', 'scroll', 'window', 'pan', 'zoom', 'length', 'angle', 'ball'];
const INSIDE: Record<string, Act> = {
  'room-close': () => { if (!letGoOfPlaneMark(room.active?.viewport.element)) room.close(); },
  reset: () => room.reset(),
  clear: () => clearPlaneMarks(),
  undo: () => undo(),
  key: () => void keepCapture(),
  suv: () => showNextSuv(),
  invert: () => room.invert(),
  'zoom-in': () => zoom(1.2),
  'zoom-out': () => zoom(1 / 1.2),
  'image-next': () => scroll(1),
  'image-previous': () => scroll(-1),
  'image-ten-on': () => scroll(10),
  'image-ten-back': () => scroll(-10),
  'pane-next': () => nextView(),
  alone: () => room.active && room.enlarge(room.views.indexOf(room.active)),
  'to-images': () => room.active?.element.focus(),
  ...Object.fromEntries(TOOLS.map((name) => [name, () => tool(name)])),
};

/** The act by that name while the room is open, or one that opens it; undefined leaves it to the page. */
export function roomAct(name: string): Act | undefined {
  if (name in OPENING) return OPENING[name];
  if (name === 'refusal-close') return hideRefusal;
  if (!room.isOpen) return name === 'room-close' ? hideRefusal : undefined;
  if (AS_EVER.has(name)) return undefined;
  return INSIDE[name] ?? (() => announce(say('notInRoom')));
}

/** Whether that act does nothing while the room is open. */
export function isRefusedInRoom(name: string): boolean {
  if (!room.isOpen || name in OPENING || name === 'refusal-close' || AS_EVER.has(name)) return false;
  return !(name in INSIDE) || (room.kind === 'solid' && TOOLS.includes(name));
}

/** What was done last: a key image, else a measurement. */
function undo(): void {
  if (!takeBackCapture()) announce(say(undoPlaneMarks() ? 'undone' : 'nothingToUndo'));
}

function tool(name: string): void {
  if (room.kind === 'solid' || !chooseRoomTool(name)) announce(say('notInRoom'));
  else if (['length', 'angle', 'ball'].includes(name)) announce(say(readBoot().mayMark ? 'planeMarksKept' : 'planeMarks'));
}

function scroll(steps: number): void {
  const view = room.active;
  if (view?.spec.look === 'plane') (view.viewport as unknown as { scroll(steps: number): void }).scroll(steps);
}

function zoom(factor: number): void {
  const { viewport } = room.active ?? {};
  if (!viewport) return;
  viewport.setZoom(viewport.getZoom() * factor);
  viewport.render();
}

function nextView(): void {
  const next = room.views[(room.views.indexOf(room.active!) + 1) % room.views.length];
  next?.element.focus();
}

/** Whether what is open is shown through a window: a volume rendering is not. */
export function isWindowed(): boolean {
  return !room.isOpen || room.kind !== 'solid';
}

/** The window presets of the series that is cut. Says whether the room was open. */
export function roomPreset(index: number): boolean {
  if (!room.isOpen) return false;
  const [base] = room.layers;
  const preset = base && presetsFor(metadataOf(base.volume.geometry.ids[0]))[index];
  if (!preset) return true;
  const { lower, upper } = utilities.windowLevel.toLowHighRange(preset.width, preset.centre);
  room.setRange(base, lower, upper);
  announce(`${preset.name} · W ${preset.width} L ${preset.centre}`);
  return true;
}

export function wireRoom(): void {
  giveKeysBack(room.host, () => room.active?.element);
}
