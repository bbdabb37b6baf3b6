// The windows of one desk: the one with the report, and further ones with more viewports of the same exam. They hear each other by a
// channel of their own, so that a second reader's desk, or a second exam of the same reader, is not drawn into it.
import { readBoot } from '../boot';
import type { Place } from '../comparing/follow';

export interface Slice { frame: string; corners: [number, number, number][] }
export type News =
  | { kind: 'ask' }
  /** The desk shows this exam, from this address. */
  | { kind: 'exam'; study: string; url: string }
  /** The window with the report is leaving its page. */
  | { kind: 'gone' }
  | { kind: 'close' }
  | { kind: 'act'; name: string; tool: string; linked: boolean; lines: boolean }
  | { kind: 'place'; place: Place }
  | { kind: 'window'; set: string; centre: number; width: number }
  | { kind: 'slice'; slice: Slice | null };
type Hearer = (news: News) => void;

const DESK = 'lightbox.desk';
const ADDRESS = new URLSearchParams(window.location.search).get('desk');

let channel: BroadcastChannel | undefined;
const hearers: Hearer[] = [];

/** The name of the desk; a window by itself has none until it opens another. */
export function deskName(make = false): string | null {
  if (isFurther()) return ADDRESS;
  if (make && !sessionStorage.getItem(DESK)) sessionStorage.setItem(DESK, crypto.getRandomValues(new Uint32Array(2)).join('-'));
  return sessionStorage.getItem(DESK);
}

export function isFurther(): boolean {
  return readBoot().screen > 1;
}

export function onNews(hearer: Hearer): void {
  hearers.push(hearer);
}

/** Begin to hear, once there is a desk. */
export function openDesk(make = false): boolean {
  const name = deskName(make);
  if (!name) return false;
  if (!channel) {
    channel = new BroadcastChannel(`lightbox:desk:${document.body.dataset.person ?? ''}:${name}`);
    channel.addEventListener('message', ({ data }: MessageEvent<News>) => hearers.forEach((hear) => hear(data)));
  }
  return true;
}

export function tell(news: News): void {
  channel?.postMessage(news);
}
