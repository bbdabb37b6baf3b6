// Opens the reading page: engine, viewports, rail, tools, keys; then the first series, and the rest behind it.
import { act } from './actions';
import { drawWhileArriving } from './datasource/arriving';
import { allSets, type DisplaySet, say } from './boot';
import { wireCharts } from './measuring/charts';
import { forgetCine } from './viewports/cine';
import { hideCineBar } from './viewports/cinebar';
import { watchCursor } from './comparing/cursor';
import { hasWebGl, startEngine } from './engine';
import { wireHangings } from './hanging/menu';
import { wireKeyboard } from './keyboard';
import { hangFirst } from './keeping/initial';
import { followSize, grid } from './viewports/layout';
import { followActive } from './comparing/lines';
import { watchDecoders } from './datasource/decoders';
import { watchLoading } from './datasource/loading';
import { watchGraphics } from './viewports/lostcontext';
import { watchStrokes } from './measuring/hand';
import { measureWholePictures, restoreMarks, restoreMarksOf, watchMarks } from './measuring/marks';
import { watchDocuments } from './objects/documents';
import { startCuts } from './objects/oncuts';
import { startObjects } from './objects/opened';
import { buildPanel } from './objects/panel';
import { confirmWhenShown, drawUnseen } from './prepared';
import { isUnseen, whenShown } from '../../js/shown';
import { prefetch, startsAnew } from './datasource/prefetch';
import { buildRail } from './rail';
import { wireReportPanel } from './report';
import { startScreens } from './screens/windows';
import { room } from './volumes/room';
import { watchCaptures } from './volumes/captures';
import { watchPlaces } from './volumes/places';
import { wirePlaneList } from './volumes/planelist';
import { watchPlaneMarks } from './volumes/planemarks';
import { wireRoom } from './volumes/roomacts';
import { fail, hideProblem, showProblem } from './status';
import { watchPane } from './comparing/sync';
import { wireTextEntry } from './measuring/textentry';
import { watchSuvKind } from './measuring/uptake';
import { createToolGroup } from './tools';
import { wireToolbar } from './toolbar';

async function start(): Promise<void> {
  drawUnseen();
  confirmWhenShown();
  document.querySelector('[data-reading] [data-problem-close]')?.addEventListener('click', () => {
    hideProblem();
    act('to-images');
  });
  wireReportPanel();
  wireTextEntry();
  watchDecoders(() => showProblem(say('decodersGone'), say('decodersGoneHint')));
  await startEngine();
  watchGraphics();
  createToolGroup();
  watchLoading();
  drawWhileArriving({
    isAwaited: (imageId) => grid.panes.some((pane) => pane.awaits(imageId)),
    draw: (image) => grid.panes.filter((pane) => pane.awaits(image.imageId)).forEach((pane) => pane.drawCoarse(image)),
    arrived: (imageId) => grid.panes.filter((pane) => pane.awaits(imageId)).forEach((pane) => pane.queueOverlays()),
  });
  measureWholePictures();
  grid.setLayout('1x1');
  grid.changed(() => followActive());
  grid.hung((pane) => {
    watchPane(pane);
    watchCursor(pane);
    forgetCine(pane);
    hideCineBar(pane);
    room.close();
  });
  startObjects();
  startCuts();
  watchDocuments();
  buildPanel();
  buildRail();
  wireToolbar();
  wireHangings();
  wireCharts();
  wireRoom();
  watchPlaneMarks();
  watchSuvKind();
  watchCaptures();
  wirePlaneList();
  watchPlaces();
  wireKeyboard();
  whenShown(startScreens);
  followSize();
  if (!hasWebGl()) showProblem(say('noWebGl'), say('noWebGlHint'));
  await openFirst();
}

async function openFirst(): Promise<void> {
  grid.hung((pane) => refetch(pane.set));
  grid.hung(({ set }) => whenShown(() => void restoreMarksOf(set?.study)));
  watchStrokes();
  watchMarks();
  if (isUnseen()) whenShown(() => void prefetch());
  if (!(await hangFirst())) return nothingToShow();
  // As they are when they are seen.
  whenShown(() => void restoreMarks());
}

let lastHung: string | undefined;

/** Each hang is told twice, before and after: the first starts the state anew, both start the fetching again. */
function refetch(set: DisplaySet | undefined): void {
  if (set?.key !== lastHung) startsAnew(set);
  lastHung = set?.key;
  void prefetch();
}

function nothingToShow(): void {
  const document_ = allSets().find((set) => set.open);
  const held = document_ ?? allSets()[0];
  if (held) void grid.hang(held);
  fail(say('noImages'), say(document_ ? 'noImagesDocument' : held ? 'noImagesOther' : 'noImagesHint'));
}

start().catch((error: unknown) => {
  console.error(error);
  fail(say('cannotStart'), say('cannotStartHint'), error instanceof Error ? error.message : '');
});

