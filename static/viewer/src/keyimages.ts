// Key images: keep the picture as it is seen now; the server draws it and the report can take it.
import { readBoot, say } from './boot';
import { placeOf } from './datasource';
import { post } from './outbox';
import type { Pane } from './pane';
import { announce, showProblem } from './status';

interface KeyImage { id: number; picture: string; caption: string }

export async function keepKeyImage(pane: Pane): Promise<void> {
  if (!readBoot().mayMark) return announce(say('mayNotMark'));
  const imageId = pane.viewport.getCurrentImageId();
  const answer = await post({ url: readBoot().keyImagesUrl, method: 'POST', body: { ...placeOf(imageId), ...look(pane) } });
  if (!answer?.ok) return showProblem(say('keyNotKept'), say('tellAdmin'), String(answer?.status ?? ''));
  const kept = (await answer.json()) as KeyImage;
  document.dispatchEvent(new CustomEvent('viewer:key-image', { detail: kept }));
  document.body.dispatchEvent(new CustomEvent('key-images-changed', { bubbles: true }));
  pane.element.setAttribute('data-key-image', String(kept.id));
  announce(say('keyKept'));
}

function look(pane: Pane): Record<string, unknown> {
  const { viewport } = pane;
  const { rotation = 0 } = viewport.getViewPresentation() as { rotation?: number };
  const camera = viewport.getCamera();
  const colour = (viewport.getCornerstoneImage() as { color?: boolean }).color;
  const window = colour ? undefined : pane.window();
  return {
    window_centre: window?.centre ?? null,
    window_width: window?.width ?? null,
    inverted: Boolean(viewport.getProperties().invert),
    rotation: Math.round(rotation),
    flipped: Boolean(camera.flipHorizontal),
  };
}
