// The graphics card was taken away: what stands in a viewport is an old picture under a new number, and what is drawn after it came back
// is black. So all of them are covered, and the page is loaded again when the reader says so: what was measured is kept.
import { Enums, eventTarget } from '@cornerstonejs/core';
import { say } from '../boot';
import { fail } from '../status';
import { grid } from './layout';

export function watchGraphics(): void {
  eventTarget.addEventListener(Enums.Events.WEBGL_CONTEXT_LOST, lost);
  grid.hung((pane) => {
    if (isLost) pane.blind(say('graphicsLost'), say('graphicsLostHint'));
  });
}

let isLost = false;

function lost(): void {
  if (isLost) return;
  isLost = true;
  for (const pane of grid.panes) pane.blind(say('graphicsLost'), say('graphicsLostHint'));
  fail(say('graphicsLost'), say('graphicsLostHint'));
  const again = document.querySelector<HTMLButtonElement>('[data-problem-again]')!;
  again.hidden = false;
  again.addEventListener('click', () => location.reload());
}
