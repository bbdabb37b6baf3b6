// Uptake values by body weight, lean mass or surface: one kind on the whole page.
import { say } from '../boot';
import { engine } from '../engine';
import { announce } from '../status';
import { grid } from '../viewports/layout';
import { saveAllNow } from './marks';
import { nextSuvKind, onSuvKind } from '../volumes/suvkind';

/** Marks and corners are written anew when another kind is chosen; what is under way is kept as it was read. */
export function watchSuvKind(): void {
  const changed = () => {
    for (const pane of grid.panes) pane.queueOverlays();
    engine().render();
  };
  onSuvKind(changed, saveAllNow);
}

export function showNextSuv(): void {
  announce(say(`suv.by.${nextSuvKind()}`));
}
