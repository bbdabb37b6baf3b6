// Measurements in every window of this person that shows the same study: told as they are saved, not asked for.
import { readBoot } from '../boot';

interface News { uid: string; body?: Record<string, unknown> }

let channel: BroadcastChannel | undefined;

function line(): BroadcastChannel {
  channel ??= new BroadcastChannel(`lightbox:marks:${document.body.dataset.person ?? ''}:${readBoot().annotationsUrl}`);
  return channel;
}

export function tellMark(uid: string, body: Record<string, unknown> | undefined): void {
  line().postMessage({ uid, body } satisfies News);
}

export function onMark(take: (uid: string, body: Record<string, unknown> | undefined) => void): void {
  line().addEventListener('message', ({ data }: MessageEvent<News>) => take(data.uid, data.body));
}
