// How a viewport looks: read off the screen, and shown again. Kept layouts and hanging protocols have it from here.
import type { Types } from '@cornerstonejs/core';
import type { Look } from '../boot';
import { COLOURS } from './colours';
import type { Pane } from './pane';
import { nameOfWindow } from './presets';
import { fixedWindow } from './windows';

/** What is seen now. */
export function lookOf(pane: Pane): Look {
  const { zoom = 1, pan } = pane.viewport.getViewPresentation() as Types.ViewPresentation;
  return { ...windowOf(pane), ...pane.turned(), zoom, pan: pan as [number, number], colours: pane.colours, cine: pane.element.hasAttribute('data-cine'), smooth: pane.isSmooth() };
}

function windowOf(pane: Pane): Pick<Look, 'window' | 'centre' | 'width'> {
  const [ds, seen] = [pane.metadata(), pane.hasWindow() ? pane.window() : undefined];
  const own = { window: '', centre: 0, width: 0 };
  if (!ds || !seen || pane.isAtFirst()) return own;
  const name = nameOfWindow(ds, seen.centre, seen.width);
  return name === undefined ? { window: 'own', centre: seen.centre, width: seen.width } : { ...own, window: name };
}

/** Show a series that was hung just now as it is kept; doing it again changes nothing. Whether it plays is for who hangs it. */
export function showLook(pane: Pane, look: Look): void {
  const window = look.window === 'own' ? look : fixedWindow(look.window);
  if (window) pane.setWindow(window.centre, window.width);
  if (look.colours !== 'grey' && Object.hasOwn(COLOURS, look.colours)) pane.colour(look.colours);
  pane.turn(look);
  if (pane.isSmooth() !== (look.smooth ?? true)) {
    pane.smooth();
    document.dispatchEvent(new CustomEvent('viewer:acted', { detail: 'hung' })); // the tool bar may have been drawn before the first picture
  }
  if (look.zoom !== 1 || look.pan) pane.zoomTo(look.zoom, look.pan);
}
