// Keys that have no button. Buttons carry their own key (data-key), which the page's common script presses and lists under "?".
import { act, usePreset } from './actions';
import { readBoot } from './boot';
import { letGo } from './measuring/hand';

const KEYS: Record<string, string> = {
  Enter: 'alone',
  ArrowDown: 'image-next', ArrowUp: 'image-previous', PageDown: 'image-ten-on', PageUp: 'image-ten-back',
  Home: 'image-first', End: 'image-last', ArrowRight: 'series-next', ArrowLeft: 'series-previous',
  Delete: 'delete', Backspace: 'delete', '=': 'zoom-in', '/': 'say', Escape: 'room-close',
};

export function wireKeyboard(): void {
  document.addEventListener('keydown', onShifted, true);
  document.addEventListener('keydown', onKey);
  document.addEventListener('menu-left', (event) => leaveMenu(event.target as Element));
  document.addEventListener('toggle', onToggle, true);
  for (const name of ['viewer:acted', 'viewer:preset']) document.addEventListener(name, () => leaveMenu(document.activeElement));
}

/** The keys are for the images again when a menu has done its work; not those of the report, which has keys of its own. */
function leaveMenu(from: Element | null): void {
  const menu = from?.closest('details.menu');
  if (!menu || isInReport(menu) || !menu.contains(document.activeElement)) return;
  (document.activeElement as HTMLElement).blur();
  menu.removeAttribute('open');
  act('to-images');
}

/** A menu that was closed by mouse, at its head. */
function onToggle({ target }: Event): void {
  const head = document.activeElement;
  const isClosed = target instanceof HTMLDetailsElement && !target.open && head?.parentElement === target;
  if (isClosed && !head!.matches(':focus-visible')) leaveMenu(head);
}

/** Letters with Shift, which the common script takes for plain ones, and keys of tools in a closed menu, which it does not press. */
function onShifted(event: KeyboardEvent): void {
  if (isUndo(event) ? act('undo') : event.shiftKey && isForTools(event) && pressTool(`shift+${event.key.toLowerCase()}`)) event.preventDefault();
}

/** In a field the browser takes back what was typed. */
function isUndo(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z' && !isTyping(event.target) && !document.querySelector('dialog[open]');
}

/** A key that a reader may choose: of an act without a button, or of a tool. */
function pressTool(name: string): boolean {
  const plain = readBoot().keys[name];
  if (plain) return act(plain);
  const tools = [...document.querySelectorAll<HTMLElement>('.tools [data-act][data-key]')];
  const tool = tools.find((button) => button.dataset.key === name);
  return tool !== undefined && act(tool.dataset.act!);
}

function isForTools(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return false;
  return !isForHead(event) && !isTyping(event.target) && !(event.key.length === 1 && document.documentElement.dataset.letterKeys === 'off');
}

const PANELS: Record<string, string> = { 1: 'to-series', 2: 'to-images', 3: 'to-report' };

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape' && letGo()) return event.preventDefault();
  const panel = event.altKey ? PANELS[event.key] : event.key === 'Escape' && hasOwnKeys(event.target) ? 'to-images' : undefined;
  if (panel && act(panel)) return event.preventDefault();
  if (event.altKey || isTyping(event.target) || isForHead(event)) return;
  if (event.key.length === 1 && document.documentElement.dataset.letterKeys === 'off') return;
  if (event.key === 'Enter' && !isPane(event.target)) return;
  if (/^[1-9]$/.test(event.key)) return usePreset(Number(event.key) - 1); // the common script presses none that is grey; it says why
  const name = KEYS[event.key];
  if (name ? act(name) : pressTool(event.key === ' ' ? 'space' : event.key.toLowerCase())) event.preventDefault();
}

/** Enter on a button is for the button. */
function isPane(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.classList.contains('pane'));
}

function isInReport(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[data-report]') !== null;
}

/** The head of a menu opens and closes by these, and goes into it; letters are for the tools, whose keys the open menu shows. */
function isForHead({ target, key }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('summary') !== null && (key.length > 1 || key === ' ');
}

function hasOwnKeys(target: EventTarget | null): boolean {
  return isTyping(target) || (target instanceof Element && target.closest('summary') !== null);
}

/** In a field or the report: their keys are their own. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && Boolean(target.closest('input:not([type=button]):not([type=checkbox]), textarea, select, [contenteditable=true], [data-report], [role=separator]:not(.pane-border)'));
}
