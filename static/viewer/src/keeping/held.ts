// What is on its way to the server, kept in this browser until it is there. Every change has an entry of its own, so that two windows
// never overwrite each other's; where the browser's store is full, it is kept in this window.

export interface Change {
  url: string;
  method: 'PUT' | 'DELETE' | 'POST';
  body?: unknown;
  /** What the person need not be told of when it waits: how the images hang, not what was measured. */
  quiet?: boolean;
}
/** With the moment it was made, so that changes leave in their order. */
export interface Entry extends Change { at: number }
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export class Held {
  private readonly here = new Map<string, Entry>();

  /** `prefix` is one for each person: nobody sends what somebody else measured. */
  constructor(private readonly store: Store, private readonly prefix: string) {
    this.takeOver();
  }

  /** Keep a change; a later one for the same address replaces it. Gives whether it outlives this window. */
  keep(change: Change, now: number): boolean {
    // Two changes of one thing within a millisecond are still two.
    const entry = { ...change, at: Math.max(now, (this.find(change.url)?.at ?? 0) + 1) };
    try {
      this.store.setItem(this.keyOf(change.url), JSON.stringify(entry));
      this.here.delete(change.url);
      return true;
    } catch {
      this.here.set(change.url, entry);
      return false;
    }
  }

  /** The changes that wait, the oldest first. */
  waiting(): Entry[] {
    const stored = this.keys().map((key) => this.read(key)).filter((entry): entry is Entry => entry !== undefined && !this.here.has(entry.url));
    return [...stored, ...this.here.values()].sort((a, b) => a.at - b.at);
  }

  find(url: string): Entry | undefined {
    return this.here.get(url) ?? this.read(this.keyOf(url));
  }

  /** The change was taken, unless a newer one took its place meanwhile. */
  done({ url, at }: Entry): void {
    if (isUpTo(this.here.get(url), at)) this.here.delete(url);
    if (isUpTo(this.read(this.keyOf(url)), at)) this.store.removeItem(this.keyOf(url));
  }

  /** What would be lost with this window. */
  isAtRisk(): boolean {
    return this.here.size > 0;
  }

  private keyOf(url: string): string {
    return `${this.prefix}:${url}`;
  }

  private keys(): string[] {
    const all = Array.from({ length: this.store.length }, (_, index) => this.store.key(index) ?? '');
    return all.filter((key) => key.startsWith(`${this.prefix}:`));
  }

  private read(key: string): Entry | undefined {
    try {
      const entry = JSON.parse(this.store.getItem(key) ?? 'null') as Entry | null;
      return typeof entry?.url === 'string' ? entry : undefined;
    } catch {
      return undefined;
    }
  }

  /** Earlier versions kept all changes in one entry. */
  private takeOver(): void {
    try {
      const old = JSON.parse(this.store.getItem(this.prefix) ?? '{}') as Record<string, Change>;
      for (const [index, change] of Object.values(old).entries()) this.keep(change, index);
      this.store.removeItem(this.prefix);
    } catch {
      this.store.removeItem(this.prefix);
    }
  }
}

function isUpTo(kept: Entry | undefined, at: number): boolean {
  return kept !== undefined && kept.at <= at;
}
