// How a viewport looks, as a hanging protocol keeps it: read off the screen, and shown again.
import type { Look } from '../boot';
import type { Pane } from '../viewports/pane';
import { nameOfWindow } from '../viewports/presets';
import { fixedWindow } from '../viewports/windows';

const AS_FITTED = 0.03; // zoom that differs by less from all of the picture is meant as that
const ENDS = 0.05; // of a stack: so near an end, the end is meant

/** Show a series as it is kept; doing it again changes nothing. */
export function showLook(pane: Pane, look: Look): void {
  const window = look.window === 'own' ? look : fixedWindow(look.window);
  if (window) pane.setWindow(window.centre, window.width);
  if (look.colours !== 'grey') pane.colour(look.colours);
  pane.turn(look);
  if (look.zoom !== 1) pane.zoomTo(look.zoom);
}

/** What is seen now. */
export function lookOf(pane: Pane): Look {
  return { ...windowOf(pane), ...pane.turned(), zoom: zoomOf(pane), colours: pane.colours, start: partOf(pane), cine: pane.element.hasAttribute('data-cine') };
}

function windowOf(pane: Pane): Pick<Look, 'window' | 'centre' | 'width'> {
  const [ds, seen] = [pane.metadata(), pane.window()];
  const own = { window: '', centre: 0, width: 0 };
  if (!ds || !seen || pane.isByTable()) return own;
  const name = nameOfWindow(ds, seen.centre, seen.width);
  return name === undefined ? { window: 'own', centre: Math.round(seen.centre * 100) / 100, width: Math.round(seen.width * 100) / 100 } : { ...own, window: name };
}

function zoomOf(pane: Pane): number {
  const zoom = pane.viewport.getZoom();
  return Math.abs(zoom - 1) < AS_FITTED ? 1 : Math.min(20, Math.max(0.1, Math.round(zoom * 100) / 100));
}

function partOf(pane: Pane): string {
  const place = pane.index() / Math.max(1, pane.count() - 1);
  return place <= ENDS ? 'first' : place >= 1 - ENDS ? 'last' : 'middle';
}
