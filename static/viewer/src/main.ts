// Opens the reading page: engine, viewports, rail, tools, keys; then the first series, and the rest behind it.
import { drawWhileArriving } from './arriving';
import { allSets, type DisplaySet, firstToRead, say } from './boot';
import { wireCharts } from './charts';
import { forgetCine } from './cine';
import { hideCineBar } from './cinebar';
import { watchCursor } from './cursor';
import { hasWebGl, startEngine } from './engine';
import { wireKeyboard } from './keyboard';
import { followSize, grid } from './layout';
import { followActive } from './lines';
import { watchLoading } from './loading';
import { measureWholePictures, restoreMarks, watchMarks } from './marks';
import { watchDocuments } from './objects/documents';
import { startObjects } from './objects/opened';
import { buildPanel } from './objects/panel';
import { prefetch, startsAnew } from './prefetch';
import { buildRail } from './rail';
import { wireReportPanel } from './report';
import { room } from './room';
import { wireRoom } from './roomacts';
import { fail, hideProblem, showProblem } from './status';
import { watchPane } from './sync';
import { wireTextEntry } from './textentry';
import { createToolGroup } from './tools';
import { wireToolbar } from './toolbar';

async function start(): Promise<void> {
  document.querySelector('[data-problem-close]')?.addEventListener('click', hideProblem);
  wireReportPanel();
  wireTextEntry();
  await startEngine();
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
  watchDocuments();
  buildPanel();
  buildRail();
  wireToolbar();
  wireCharts();
  wireRoom();
  wireKeyboard();
  followSize();
  if (!hasWebGl()) showProblem(say('noWebGl'), say('noWebGlHint'));
  await openFirst();
}

async function openFirst(): Promise<void> {
  const first = firstToRead(allSets());
  if (!first) return nothingToShow();
  grid.hung((pane) => refetch(pane.set));
  await grid.hang(first);
  await restoreMarks();
  watchMarks();
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

