// One to four screens: the window with the report opens further ones with more viewports of the same exam, takes them along to the next
// exam, and closes them when it is closed itself.
import { readBoot, say } from '../boot';
import { announce, showProblem } from '../status';
import { followDesk } from './further';
import { deskName, isFurther, onNews, openDesk, tell } from './desk';
import { type Box, boxesNear, boxesOn, featuresOf, rememberBoxes, rememberedBoxes, type Screens } from './places';
import { share } from './share';

type WithScreens = Window & { getScreenDetails?: () => Promise<Screens> };

const opened = new Map<number, Window>();

export function startScreens(): void {
  if (isFurther()) {
    if (!openDesk()) return;
    followDesk();
  } else {
    openDesk();
    lead();
  }
  share();
}

/** Every further window that begins, or stays while the exam changes, is told which exam it is. */
function lead(): void {
  onNews((news) => {
    if (news.kind === 'ask') tellExam();
  });
  window.addEventListener('pagehide', () => tell({ kind: 'gone' }));
  // Who signs out leaves no images on the other screens.
  document.querySelector('form[action="/logout/"]')?.addEventListener('submit', closeFurther);
  window.addEventListener('pageshow', (event) => event.persisted && tellExam());
  tellExam();
  drawMenu();
}

/** The desk shows the exam of this page now. */
function tellExam(): void {
  const { studies: [study], studyUrl } = readBoot();
  tell({ kind: 'exam', study: study.uid, url: studyUrl });
}

/** Open windows on the machine's other screens; the browser asks the person, at this press, whether the page may know of them. */
export async function openFurther(count: number): Promise<void> {
  const screens = await (window as WithScreens).getScreenDetails?.().catch(() => undefined);
  openAt(screens ? boxesOn(screens, count) : boxesNear(ownBox(), count));
}

export function openRemembered(): void {
  openAt(rememberedBoxes(localStorage));
}

function openAt(boxes: Box[]): void {
  openDesk(true);
  const windows = boxes.map((box, index) => openOne(index + 2, box));
  rememberBoxes(localStorage, boxes);
  if (windows.some((one) => !one)) showProblem(say('popupsHeld'), say('popupsHeldHint'));
  else announce(say('screensOpened', { n: windows.length }));
  drawMenu();
}

function openOne(screen: number, box: Box): Window | null {
  const address = `${readBoot().studyUrl}?screen=${screen}&desk=${encodeURIComponent(deskName() ?? '')}`;
  const found = window.open(address, `lightbox-${deskName()}-${screen}`, featuresOf(box));
  if (found) opened.set(screen, found);
  return found;
}

export function closeFurther(): void {
  tell({ kind: 'close' });
  for (const one of opened.values()) one.close();
  forgetClosed();
}

function forgetClosed(): void {
  opened.clear();
  drawMenu();
}

function ownBox(): Box {
  return { left: window.screenX, top: window.screenY, width: window.outerWidth, height: window.outerHeight };
}

function drawMenu(): void {
  const again = document.querySelector<HTMLElement>('[data-act="screens-again"]');
  const { length } = rememberedBoxes(localStorage);
  if (!again) return;
  again.hidden = length === 0;
  again.querySelector('span')!.textContent = say('screensAgain', { n: length });
}
