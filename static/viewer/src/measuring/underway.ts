// Marks under way: into this browser while the hand moves, saved once it rests.
import type { Change } from '../keeping/held';

const SAVE_AFTER_MS = 400;
/** A window that dies while something is drawn loses no more than this. */
const HOLD_EVERY_MS = 100;

export class UnderWay {
  private readonly timers = new Map<string, number>();
  private readonly heldAt = new Map<string, number>();

  /** `changeOf` gives what would be sent of a mark now, `hold` keeps it in this browser, `save` sends it. */
  constructor(private readonly changeOf: (uid: string) => Change | undefined, private readonly hold: (change: Change) => void, private readonly save: (uid: string) => void) {}

  has(uid: string): boolean {
    return this.timers.has(uid);
  }

  /** The hand moved. */
  moved(uid: string): void {
    this.holdNow(uid);
    window.clearTimeout(this.timers.get(uid));
    this.timers.set(uid, window.setTimeout(() => this.save(uid), SAVE_AFTER_MS));
  }

  private holdNow(uid: string): void {
    if (performance.now() - (this.heldAt.get(uid) ?? -HOLD_EVERY_MS) < HOLD_EVERY_MS) return;
    this.heldAt.set(uid, performance.now());
    const change = this.changeOf(uid);
    if (change) this.hold(change);
  }

  /** It is saved or removed: there is nothing to wait for. */
  end(uid: string): void {
    window.clearTimeout(this.timers.get(uid));
    this.timers.delete(uid);
    this.heldAt.delete(uid);
  }

  saveAll(): void {
    for (const uid of [...this.timers.keys()]) this.save(uid);
  }
}
