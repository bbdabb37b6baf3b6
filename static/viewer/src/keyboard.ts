// Keys that have no button. Buttons carry their own key (data-key), which the page's common script presses and lists under "?".
import { act } from './actions';

const KEYS: Record<string, string> = {
  ArrowDown: 'image-next', ArrowUp: 'image-previous', PageDown: 'image-ten-on', PageUp: 'image-ten-back',
  Home: 'image-first', End: 'image-last', ArrowRight: 'series-next', ArrowLeft: 'series-previous',
  Delete: 'delete', Backspace: 'delete', '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '/': 'say', p: 'prior-next', P: 'prior-next',
};

export function wireKeyboard(): void {
  document.addEventListener('keydown', onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector('dialog[open]') || (event.key.length === 1 && document.documentElement.dataset.letterKeys === 'off')) return;
  const name = KEYS[event.key];
  if (name && act(name)) event.preventDefault();
}

/** In a field, a menu, or the report: their keys are their own. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && Boolean(target.closest('input:not([type=button]):not([type=checkbox]), textarea, select, [contenteditable=true], [data-report], summary, [role=separator]'));
}
