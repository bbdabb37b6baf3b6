// Measurements in every window of this person that shows their study: told as they are saved, not asked for.
import { readBoot } from '../boot';

/** What a mark lies on: a picture, or a plane that is cut through a volume. */
export type On = 'picture' | 'plane';
interface News { on: On; uid: string; study: string; body?: object; revision: number }

let channel: BroadcastChannel | undefined;

function line(): BroadcastChannel {
  channel ??= new BroadcastChannel(`lightbox:marks:${document.body.dataset.person ?? ''}`);
  return channel;
}

export function tellMark(on: On, uid: string, study: string, body: object | undefined, revision: number): void {
  line().postMessage({ on, uid, study, body, revision } satisfies News);
}

export function onMark<Body extends object>(on: On, take: (uid: string, body: Body | undefined, revision: number) => void): void {
  line().addEventListener('message', ({ data }: MessageEvent<News>) => {
    if (data.on === on && readBoot().studies.some(({ uid }) => uid === data.study)) take(data.uid, data.body as Body | undefined, data.revision);
  });
}
