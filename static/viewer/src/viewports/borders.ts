// The lines between viewports: dragged with the mouse, or moved with the arrow keys.
import { type Border, moveBorder, placeOfBorder } from './arrangement';
import { say } from '../boot';

const STEP = 0.02;

/** A line that changes the sizes beside it; `moved` is told after each change. */
export function borderElement(border: Border, host: HTMLElement, moved: () => void): HTMLElement {
  const { across } = border.of;
  const line = document.createElement('div');
  line.className = 'pane-border';
  line.tabIndex = 0;
  line.setAttribute('role', 'separator');
  line.setAttribute('aria-label', say('border'));
  line.setAttribute('aria-orientation', across ? 'vertical' : 'horizontal');
  const move = (place: number) => {
    moveBorder(border, place);
    putBorder(line, border);
    moved();
  };
  line.addEventListener('pointerdown', (event) => line.setPointerCapture(event.pointerId));
  line.addEventListener('pointermove', (event) => {
    if (line.hasPointerCapture(event.pointerId)) move(placeUnder(event, border, host));
  });
  line.addEventListener('keydown', (event) => {
    const step = (across ? { ArrowLeft: -STEP, ArrowRight: STEP } : { ArrowUp: -STEP, ArrowDown: STEP } as Record<string, number>)[event.key as 'ArrowLeft'];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    move(placeOfBorder(border) + step);
  });
  putBorder(line, border);
  return line;
}

/** In parts of the split that the border belongs to. */
function placeUnder(event: PointerEvent, { of, box }: Border, host: HTMLElement): number {
  const frame = host.getBoundingClientRect();
  return of.across
    ? ((event.clientX - frame.left) / frame.width - box.left) / box.width
    : ((event.clientY - frame.top) / frame.height - box.top) / box.height;
}

function putBorder(line: HTMLElement, border: Border): void {
  const { of, box } = border;
  const place = placeOfBorder(border);
  const percent = (part: number) => `${part * 100}%`;
  line.setAttribute('aria-valuenow', String(Math.round(place * 100)));
  const at = of.across
    ? { left: percent(box.left + place * box.width), top: percent(box.top), height: percent(box.height), width: '' }
    : { left: percent(box.left), top: percent(box.top + place * box.height), width: percent(box.width), height: '' };
  Object.assign(line.style, at);
}
