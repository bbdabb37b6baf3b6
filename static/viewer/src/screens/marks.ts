// Measurements in every window of this person that shows their study: told as they are saved, not asked for.
import { readBoot } from '../boot';

interface News { uid: string; study: string; body?: Record<string, unknown> }

let channel: BroadcastChannel | undefined;

function line(): BroadcastChannel {
  channel ??= new BroadcastChannel(`lightbox:marks:${document.body.dataset.person ?? ''}`);
  return channel;
}

export function tellMark(uid: string, study: string, body: Record<string, unknown> | undefined): void {
  line().postMessage({ uid, study, body } satisfies News);
}

export function onMark(take: (uid: string, body: Record<string, unknown> | undefined) => void): void {
  line().addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (readBoot().studies.some(({ uid }) => uid === data.study)) take(data.uid, data.body);
  });
}
