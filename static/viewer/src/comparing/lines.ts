// Reference lines: where the active viewport's slice cuts the others.
import { ReferenceLinesTool } from '@cornerstonejs/tools';
import { say } from '../boot';
import { engine } from '../engine';
import { grid } from '../viewports/layout';
import { announce } from '../status';
import { toolGroup } from '../tools';

let drawn = false;

export function linesShown(): boolean {
  return drawn;
}

export function toggleLines(): void {
  setLines(!drawn);
  announce(say(drawn ? 'linesOn' : 'linesOff'));
}

export function setLines(on: boolean): void {
  drawn = on;
  followActive();
}

/** The lines come from whichever viewport is active. */
export function followActive(): void {
  const group = toolGroup();
  if (!drawn || grid.panes.length < 2) {
    group.setToolDisabled(ReferenceLinesTool.toolName);
  } else {
    group.setToolConfiguration(ReferenceLinesTool.toolName, { sourceViewportId: grid.active.id });
    group.setToolEnabled(ReferenceLinesTool.toolName);
  }
  engine().render();
}
