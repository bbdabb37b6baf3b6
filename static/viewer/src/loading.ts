// What the engine tells about loading: arrivals, losses, and pictures that need another way.
import { Enums, eventTarget } from '@cornerstonejs/core';
import { askDecoded } from './engine';
import { grid } from './layout';
import { evicted, forget, markBroken, markLoaded } from './prefetch';

type LoadEvent = CustomEvent<{ image?: { imageId: string }; imageId?: string; error?: unknown }>;

export function watchLoading(): void {
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, ((event: LoadEvent) => markLoaded(idOf(event))) as EventListener);
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_REMOVED, ((event: LoadEvent) => evicted(idOf(event))) as EventListener);
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
  if (askDecoded(imageId)) {
    forget(imageId);
    for (const pane of panes) void pane.viewport.setStack(pane.viewport.getImageIds(), pane.index());
    return;
  }
  markBroken(imageId, event.detail.error);
  for (const pane of panes) pane.broken(event.detail.error);
}
