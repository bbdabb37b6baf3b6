// Every act of the page by name: the tool bar, the keys and the menus call the same ones.
import { allSets, type DisplaySet, isPrior, say } from './boot';
import { spacingOf } from './measuring/calibration';
import { playOrStop } from './viewports/cinebar';
import { toggleChart } from './measuring/charts';
import { chooseNext, removeChosen } from './measuring/choosing';
import { rewordChosen } from './measuring/rewording';
import { COLOURS } from './viewports/colours';
import { compare, endFlicker, priorsFor, toggleFlicker } from './comparing/compare';
import { toggleCursor } from './comparing/cursor';
import { closeLeftNote, startAfresh } from './keeping/initial';
import { hangAsUsual, hangNext } from './hanging/hang';
import { saveLayout } from './hanging/menu';
import { showHeader } from './header';
import { keepKeyImage } from './keyimages';
import { grid, LAYOUTS } from './viewports/layout';
import { stepKey } from './objects/opened';
import { saveObjects } from './objects/saving';
import { letGo } from './measuring/hand';
import { clearMarks, undoMarks } from './measuring/marks';
import { showNextSuv } from './measuring/uptake';
import { toggleDrawn } from './viewports/planes';
import { presetsFor } from './viewports/presets';
import { askScreenSize, pixelsPerMm } from './viewports/screen';
import { announce } from './status';
import { BINDINGS, chooseTool } from './tools';
import { toggleLines } from './comparing/lines';
import { room } from './volumes/room';
import { isWindowed, roomAct, roomPreset } from './volumes/roomacts';
import { closeFurther, openFurther, openRemembered } from './screens/windows';
import { shift, toggleSync } from './comparing/sync';

type Act = () => void;

const withPicture = (work: Act): Act => () => {
  if (grid.active.count() > 0) work();
};

const ACTIONS: Record<string, Act> = {
  ...Object.fromEntries(BINDINGS.map(({ name }) => [name, () => void chooseTool(name)])),
  ...Object.fromEntries(Object.keys(LAYOUTS).map((name) => [`layout-${name}`, () => setLayout(name)])),
  'split-right': () => grid.divide(true, hangableAfterActive()),
  'split-below': () => grid.divide(false, hangableAfterActive()),
  join: () => grid.join(),
  alone: () => grid.enlarge(),
  'hang-save': () => saveLayout(),
  'hang-next': () => hangNext(),
  'hang-usual': () => void hangAsUsual(),
  rotate: withPicture(() => grid.active.rotate()),
  'rotate-back': withPicture(() => grid.active.rotate(-90)),
  flip: withPicture(() => grid.active.flip()),
  'flip-vertical': withPicture(() => grid.active.flipVertical()),
  ...Object.fromEntries(Object.keys(COLOURS).map((name) => [`colours-${name}`, withPicture(() => grid.active.colour(name))])),
  smooth: withPicture(() => announce(say(grid.active.smooth() ? 'smoothOn' : 'smoothOff'))),
  planes: () => toggleOver('planes'),
  shutter: () => toggleOver('shutter'),
  fit: withPicture(() => grid.active.fit()),
  actual: withPicture(() => grid.active.actualPixels()),
  'true-size': withPicture(() => trueSize()),
  'screen-size': () => askScreenSize(() => announce(say('screenKept'))),
  invert: withPicture(() => grid.active.invert()),
  reset: withPicture(() => grid.active.reset()),
  afresh: () => void startAfresh(),
  'left-close': () => closeLeftNote(),
  cine: withPicture(() => playOrStop(grid.active)),
  key: withPicture(() => void keepKeyImage(grid.active)),
  'save-objects': () => void saveObjects(),
  header: withPicture(() => void showHeader()),
  'key-next': () => stepKey(1),
  'key-previous': () => stepKey(-1),
  suv: () => showNextSuv(),
  chart: () => void toggleChart(),
  clear: withPicture(() => clearMarks(grid.active)),
  undo: () => announce(say(undoMarks() ? 'undone' : 'nothingToUndo')),
  delete: () => removeChosen(room.isOpen),
  'mark-next': withPicture(() => chooseNext()),
  'mark-words': withPicture(() => rewordChosen()),
  sync: () => toggleSync(),
  'shift-on': withPicture(() => shift(1)),
  'shift-back': withPicture(() => shift(-1)),
  compare: () => void compare(),
  flicker: () => toggleFlicker(),
  cursor: () => toggleCursor(),
  lines: () => toggleLines(),
  'zoom-in': withPicture(() => grid.active.zoom(1.2)),
  'zoom-out': withPicture(() => grid.active.zoom(1 / 1.2)),
  'image-next': withPicture(() => void grid.active.goTo(grid.active.index() + 1)),
  'image-previous': withPicture(() => void grid.active.goTo(grid.active.index() - 1)),
  'image-first': withPicture(() => void grid.active.goTo(0)),
  'image-last': withPicture(() => void grid.active.goTo(grid.active.count() - 1)),
  'image-ten-on': withPicture(() => void grid.active.goTo(grid.active.index() + 10)),
  'image-ten-back': withPicture(() => void grid.active.goTo(grid.active.index() - 10)),
  'series-next': () => stepSeries(1),
  'series-previous': () => stepSeries(-1),
  'prior-next': () => nextPrior(),
  'pane-next': () => grid.next(1),
  text: () => document.querySelector('[data-viewports]')?.toggleAttribute('data-plain'),
  'to-series': () => document.querySelector<HTMLElement>('.rail-tile[aria-current="true"], .rail-tile')?.focus(),
  'to-images': () => grid.active.element.focus(),
  'to-report': () => toReport(),
  full: () => void toggleFull(),
  say: () => sayWhere(),
  'screens-1': () => void openFurther(1),
  'screens-2': () => void openFurther(2),
  'screens-3': () => void openFurther(3),
  'screens-again': () => openRemembered(),
  'screens-close': () => closeFurther(),
  'window-close': () => window.close(),
  rail: () => document.querySelector('[data-reading]')?.toggleAttribute('data-rail-closed'),
  panel: () => document.querySelector('[data-reading]')?.toggleAttribute('data-panel-closed'),
};

/** These let go of what is being drawn; of them, some are for that alone. */
const TAKING_BACK = new Set(['undo', 'delete']);
const ENDING = new Set([...BINDINGS.map(({ name }) => name), ...TAKING_BACK, 'clear', 'save-objects', 'mpr', 'solid', 'fusion']);

export function act(name: string): boolean {
  const work = roomAct(name) ?? ACTIONS[name];
  if (!work) return false;
  if (!(ENDING.has(name) && letGo() && TAKING_BACK.has(name))) work();
  document.dispatchEvent(new CustomEvent('viewer:acted', { detail: name }));
  return true;
}

function setLayout(name: string): void {
  endFlicker();
  grid.setLayout(name, hangableAfterActive());
}

/** What new viewports are filled with: the series after the active one, then those before it. */
function hangableAfterActive(): DisplaySet[] {
  const hangable = allSets().filter((set) => set.kind === 'image');
  const current = hangable.findIndex((set) => set.key === grid.active.set?.key);
  return [...hangable.slice(current + 1), ...hangable.slice(0, current + 1)];
}

function stepSeries(step: number): void {
  const hangable = allSets().filter((set) => set.kind === 'image');
  const index = hangable.findIndex((set) => set.key === grid.active.set?.key);
  const next = hangable[index + step];
  if (next) void grid.hang(next);
}

let rankedPriors: DisplaySet[] = [];

/** The prior that fits what is read best, then the others in that order. */
function nextPrior(): void {
  const shown = grid.active.set;
  const priors = shown && isPrior(shown) && rankedPriors.length ? rankedPriors : (rankedPriors = priorsFor(shown));
  const index = priors.findIndex((set) => set.key === shown?.key);
  const next = priors[(index + 1) % Math.max(1, priors.length)];
  if (next) void grid.hang(next);
  else announce(say('noPrior'));
}

export function usePreset(index: number): void {
  if (!isWindowed()) return announce(say('noWindowInSolid'));
  document.dispatchEvent(new CustomEvent('viewer:preset', { detail: index }));
  if (roomPreset(index)) return;
  const ds = grid.active.metadata();
  const preset = ds ? presetsFor(ds)[index] : undefined;
  if (!preset) return;
  if (preset.table) grid.active.useTable(preset.table);
  else grid.active.setWindow(preset.centre, preset.width);
  announce(preset.table ? preset.name : `${preset.name} · W ${preset.width} L ${preset.centre}`);
}

/** As large on the screen as in the patient, or at the detector where no more is known. */
function trueSize(): void {
  const { active } = grid;
  const { scale } = spacingOf(active.metadata() ?? {});
  if (scale === 'none' || scale === 'region') return announce(say('noTrueSize'));
  const perMm = pixelsPerMm();
  if (!perMm) return askScreenSize(trueSize);
  active.trueSize(perMm);
  announce(say(scale === 'detector' ? 'trueSizeDetector' : 'trueSize'));
}

function toggleOver(kind: 'planes' | 'shutter'): void {
  const shown = toggleDrawn(kind);
  for (const pane of grid.panes) pane.queueOverlays();
  announce(say(`${kind}${shown ? 'On' : 'Off'}`));
}

/** To the findings where the report is being written, else to what can be done with it. */
function toReport(): void {
  const panel = document.querySelector<HTMLElement>('[data-report]');
  if (!panel?.getClientRects().length) ACTIONS.panel();
  const places = ['[data-first]', 'textarea[data-section]', '.panel-foot button', 'a'];
  places.map((place) => panel?.querySelector<HTMLElement>(place)).find(Boolean)?.focus();
}

async function toggleFull(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.querySelector('[data-reading]')?.requestFullscreen();
}

function sayWhere(): void {
  const { set } = grid.active;
  if (set) announce(say('where', { series: `${set.number} ${set.description}`, n: grid.active.index() + 1, all: grid.active.count() }));
}
