// What the engine tells about loading: arrivals, and pictures that cannot be had.
import { Enums, eventTarget } from '@cornerstonejs/core';
import { grid } from '../viewports/layout';
import { evicted, markBroken, markLoaded, settleShown } from './prefetch';

type LoadEvent = CustomEvent<{ image?: { imageId: string }; imageId?: string; error?: unknown }>;

export function watchLoading(): void {
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, ((event: LoadEvent) => markLoaded(idOf(event))) as EventListener);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, ((event: LoadEvent) => evicted(idOf(event))) as EventListener);
  document.addEventListener('viewer:first-image', settleShown);
  eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, ((event: LoadEvent) => onError(event)) as EventListener);
}

function idOf(event: LoadEvent): string {
  const { image, imageId } = event.detail as { image?: { imageId?: string; image?: { imageId: string } }; imageId?: string };
  return imageId ?? image?.imageId ?? image?.image?.imageId ?? '';
}

function onError(event: LoadEvent): void {
  const imageId = event.detail.imageId;
  if (!imageId) return;
  const panes = grid.panes.filter((pane) => pane.count() > 0 && pane.viewport.getCurrentImageId() === imageId);
  markBroken(imageId, event.detail.error);
  for (const pane of panes) pane.broken(event.detail.error);
}
