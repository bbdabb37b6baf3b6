// Keys as plain data. Single letters work only outside fields and never while an input method composes.
import { act, usePreset } from './actions';

export const KEYS: Record<string, string> = {
  w: 'window', s: 'scroll', m: 'pan', z: 'zoom', l: 'length', a: 'angle', o: 'ellipse', b: 'rectangle',
  r: 'rotate', h: 'flip', i: 'invert', x: 'reset', k: 'key', p: 'prior-next', f: 'full', y: 'sync', e: 'lines',
  ' ': 'cine', '?': 'help', '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '/': 'say',
  ArrowDown: 'image-next', ArrowUp: 'image-previous', PageDown: 'image-ten-on', PageUp: 'image-ten-back',
  Home: 'image-first', End: 'image-last', ArrowRight: 'series-next', ArrowLeft: 'series-previous',
  Delete: 'delete', Backspace: 'delete',
};
const CONTROLS = 'button, a, input, textarea, select, [contenteditable], [role=menu], summary';

export function wireKeyboard(): void {
  document.addEventListener('keydown', onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector('dialog[open]') && event.key !== '?') return;
  if (event.key === ' ' && (event.target as Element).closest?.(CONTROLS)) return;
  if (/^[1-9]$/.test(event.key)) return usePreset(Number(event.key) - 1);
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (name && act(name)) event.preventDefault();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && Boolean(target.closest('input:not([type=button]):not([type=checkbox]), textarea, select, [contenteditable=true]'));
}

