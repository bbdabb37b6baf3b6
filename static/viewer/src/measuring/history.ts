// What was done to measurements, so that it can be taken back, step by step.
import { gesture, isUndoingGesture } from './gesture';

/** A mark as it was; nothing when there was none. */
interface Step<T> { uid: string; before: T | undefined; gesture: number }

const MOST_STEPS = 100;

export class History<T> {
  private readonly steps: Step<T>[][] = [];
  private readonly kept = new Map<string, T>();
  private open: Step<T>[] | undefined;
  /** How many steps were done and not taken back. */
  depth = 0;

  /** What is there without anybody having done anything: nothing to take back. */
  begin(uid: string, state: T): void {
    this.kept.set(uid, state);
  }

  /** A mark was made, changed or, without a state, removed. What happens at once, or in one movement of the hand, is one step. */
  note(uid: string, state: T | undefined): void {
    const before = this.kept.get(uid);
    if (before === undefined && state === undefined) return;
    if (!isSame(before, state) && !this.joins(uid, state)) this.push({ uid, before, gesture: gesture() });
    if (state === undefined) this.kept.delete(uid);
    else this.kept.set(uid, state);
  }

  /** The last step: what each mark in it was before. What is done to bring that about is not noted. */
  takeBack(): Step<T>[] {
    const last = this.steps.pop() ?? [];
    if (last.length) this.depth -= 1;
    for (const { uid, before } of last) {
      if (before === undefined) this.kept.delete(uid);
      else this.kept.set(uid, before);
    }
    return last;
  }

  /** Whether the hand that made the last step is still at it; back where it began, there is no step. */
  private joins(uid: string, state: T | undefined): boolean {
    const [last, ...others] = this.steps.at(-1) ?? [];
    if (!last || others.length || last.uid !== uid || last.gesture !== gesture() || (state === undefined && !isUndoingGesture())) return false;
    if (isSame(last.before, state)) {
      this.steps.pop();
      this.depth -= 1;
    }
    return true;
  }

  private push(step: Step<T>): void {
    if (!this.open) {
      this.open = [];
      this.steps.push(this.open);
      this.depth += 1;
      if (this.steps.length > MOST_STEPS) this.steps.shift();
      queueMicrotask(() => {
        this.open = undefined;
      });
    }
    this.open.push(step);
  }
}

function isSame(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
