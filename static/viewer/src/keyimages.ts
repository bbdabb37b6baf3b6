// Key images: keep the picture as it is seen now; the server draws it and the report can take it.
import { readBoot, say } from './boot';
import { placeOf } from './datasource/datasource';
import { post } from './outbox';
import type { Pane } from './viewports/pane';
import { pixelAt } from './measuring/places';
import { announce, showProblem } from './status';

export interface KeyImage { id: number; picture: string; caption: string }

export async function keepKeyImage(pane: Pane): Promise<void> {
  if (!readBoot().mayMark) return announce(say('mayNotMark'));
  if (!pane.isWhole()) return announce(say('waitForWhole'));
  const imageId = pane.viewport.getCurrentImageId();
  const answer = await post({ url: readBoot().keyImagesUrl, method: 'POST', body: { ...placeOf(imageId), ...look(pane) } });
  if (!answer?.ok) return showProblem(say('keyNotKept'), say('tellAdmin'), String(answer?.status ?? ''));
  tellKept((await answer.json()) as KeyImage, pane.element);
}

/** A key image is kept of what `element` shows. */
export function tellKept(kept: KeyImage, element: HTMLElement): void {
  document.dispatchEvent(new CustomEvent('viewer:key-image', { detail: kept }));
  tellKeysChanged();
  element.setAttribute('data-key-image', String(kept.id));
  announce(say('keyKept'));
}

/** Who lists key images lists them anew. */
export function tellKeysChanged(): void {
  document.body.dispatchEvent(new CustomEvent('key-images-changed', { bubbles: true }));
}

function look(pane: Pane): Record<string, unknown> {
  const { viewport } = pane;
  const { rotation = 0 } = viewport.getViewPresentation() as { rotation?: number };
  const { flipHorizontal = false, flipVertical = false } = viewport.getCamera();
  const image = viewport.getCornerstoneImage() as { color?: boolean; invert?: boolean };
  const window = image.color ? undefined : pane.window();
  return {
    window_centre: window?.centre ?? null,
    window_width: window?.width ?? null,
    // The engine calls every MONOCHROME1 picture inverted; the server turns those by itself.
    inverted: Boolean(viewport.getProperties().invert) !== Boolean(image.invert),
    // Mirrored top and bottom is mirrored left and right, and upside down.
    rotation: (Math.round(rotation) + (flipVertical ? 180 : 0)) % 360,
    flipped: flipHorizontal !== flipVertical,
    area: shownArea(pane),
  };
}

/** The part of the picture that is on the screen, as left, top, width and height in its own pixels; null when all of it is. */
function shownArea(pane: Pane): number[] | null {
  const { viewport, surface } = pane;
  const imageId = viewport.getCurrentImageId();
  const { columns, rows } = viewport.getCornerstoneImage();
  const corners = [[0, 0], [surface.clientWidth, 0], [0, surface.clientHeight], [surface.clientWidth, surface.clientHeight]];
  const seen = corners.map((corner) => pixelAt(imageId, viewport.canvasToWorld(corner as [number, number])));
  if (seen.some((point) => !point)) return null;
  const [left, right] = extent(seen.map((point) => point![0]), columns);
  const [top, bottom] = extent(seen.map((point) => point![1]), rows);
  if (right <= left || bottom <= top || (right - left >= columns && bottom - top >= rows)) return null;
  return [left, top, right - left, bottom - top];
}

function extent(places: number[], most: number): [number, number] {
  return [Math.max(0, Math.floor(Math.min(...places))), Math.min(most, Math.ceil(Math.max(...places)))];
}
