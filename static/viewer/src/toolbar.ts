// The tool bar: buttons name an act, and show which tool has the left button.
import { act } from './actions';
import { say } from './boot';
import { isPlaying } from './viewports/cine';
import { isChartShown } from './measuring/charts';
import { drawCineBars } from './viewports/cinebar';
import { isFlickering } from './comparing/compare';
import { cursorShown } from './comparing/cursor';
import { fronts, keepFront } from './fronts';
import { grid } from './viewports/layout';
import { linesShown } from './comparing/lines';
import { isDrawn } from './viewports/planes';
import { wirePresets } from './viewports/presetbar';
import { isSynced } from './comparing/sync';
import { room } from './volumes/room';
import { isRefusedInRoom, isWindowed } from './volumes/roomacts';
import { roomTool } from './volumes/roomtools';
import { currentTool } from './tools';

export function wireToolbar(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    if (!button) return;
    act(button.dataset.act!);
    button.closest('details')?.removeAttribute('open');
  });
  document.addEventListener('viewer:acted', ((event: CustomEvent<string>) => bringToFront(event.detail)) as EventListener);
  document.addEventListener('viewer:acted', drawToolbar);
  document.addEventListener('viewer:acted', drawCineBars);
  for (const act of Object.values(fronts())) bringToFront(act);
  wirePicker();
  grid.changed(drawToolbar);
  grid.hung(drawToolbar);
  wirePresets();
  drawToolbar();
}

/** The front button of a family becomes that of its member which was used. */
function bringToFront(act: string): void {
  const member = [...document.querySelectorAll<HTMLElement>('.tool-family .menu-list [data-label]')].find((button) => button.dataset.act === act);
  const family = member?.closest<HTMLElement>('.tool-family');
  const front = family?.querySelector<HTMLElement>('[data-front]');
  if (!member || !family || !front || family.hasAttribute('data-steady') || isRefusedInRoom(act)) return;
  refuse(front, false);
  front.dataset.act = act;
  front.title = member.title;
  front.querySelector('span')!.textContent = member.dataset.label ?? '';
  front.querySelector('use')!.setAttribute('href', member.querySelector('use')!.getAttribute('href')!);
  const pressed = member.getAttribute('aria-pressed');
  if (pressed === null) front.removeAttribute('aria-pressed');
  else front.setAttribute('aria-pressed', pressed);
  keepFront(family.dataset.family!, act);
}

/** Under the mouse or the focus, the picker shows the grid that would come. */
function wirePicker(): void {
  const picker = document.querySelector<HTMLElement>('[data-picker]');
  if (!picker) return;
  const cells = [...picker.querySelectorAll<HTMLElement>('[data-row]')];
  const place = (cell?: HTMLElement) => [Number(cell?.dataset.row ?? 0), Number(cell?.dataset.column ?? 0)];
  const preview = (event: Event) => {
    const [rows, columns] = place((event.target as Element).closest<HTMLElement>('[data-row]') ?? undefined);
    for (const cell of cells) cell.toggleAttribute('data-inside', place(cell)[0] <= rows && place(cell)[1] <= columns);
    picker.querySelector('[data-size]')!.textContent = rows ? `${rows} × ${columns}` : '';
  };
  for (const name of ['pointerover', 'focusin']) picker.addEventListener(name, preview);
}

/** The acts whose buttons are pressed now. */
function isOn(layout: string): string[] {
  const states: [string, boolean | undefined][] = [
    [room.isOpen ? roomTool() : currentTool(), true], [room.kind ?? '', room.isOpen], [layout, true], ['sync', isSynced()], ['lines', linesShown()],
    ['planes', isDrawn('planes')], ['shutter', isDrawn('shutter')], ['smooth', grid.active?.isSmooth()], ['alone', grid.isEnlarged()],
    ['chart', isChartShown()], ['cursor', cursorShown()], ['flicker', isFlickering()], ['cine', grid.active && isPlaying(grid.active)],
  ];
  return states.filter(([, on]) => on).map(([name]) => name);
}

function drawToolbar(): void {
  const layout = document.querySelector<HTMLElement>('[data-viewports]')?.dataset.layout;
  const on = new Set(isOn(`layout-${layout}`));
  for (const button of document.querySelectorAll<HTMLElement>('[data-act][aria-pressed]')) {
    button.setAttribute('aria-pressed', String(on.has(button.dataset.act!)));
  }
  for (const button of document.querySelectorAll<HTMLElement>('button[data-act]')) refuse(button, isRefusedInRoom(button.dataset.act!));
  for (const button of document.querySelectorAll<HTMLElement>('[data-preset-bar] .preset, [data-preset-menu] button')) refuse(button, !isWindowed(), 'noWindowInSolid');
}

/** Grey what does nothing now, its title saying why: it can still be focused, and says so when it is pressed. */
function refuse(button: HTMLElement, isRefused: boolean, why = 'notInRoom'): void {
  if (isRefused === button.hasAttribute('aria-disabled')) return;
  if (isRefused) {
    button.dataset.usually = button.title;
    button.title = say(why);
    button.setAttribute('aria-disabled', 'true');
    return;
  }
  button.removeAttribute('aria-disabled');
  if (button.dataset.usually) button.title = button.dataset.usually;
  else button.removeAttribute('title');
}
