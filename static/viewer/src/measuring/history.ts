// What was done to measurements, so that it can be taken back, step by step.

/** A mark as it was; nothing when there was none. */
interface Step<T> { uid: string; before: T | undefined }

const MOST_STEPS = 100;

export class History<T> {
  private readonly steps: Step<T>[][] = [];
  private readonly kept = new Map<string, T>();
  private open: Step<T>[] | undefined;

  /** What is there without anybody having done anything: nothing to take back. */
  begin(uid: string, state: T): void {
    this.kept.set(uid, state);
  }

  /** A mark was made, changed or, without a state, removed. What happens at once is one step. */
  note(uid: string, state: T | undefined): void {
    const before = this.kept.get(uid);
    if (before === undefined && state === undefined) return;
    if (JSON.stringify(before) !== JSON.stringify(state)) this.push({ uid, before });
    if (state === undefined) this.kept.delete(uid);
    else this.kept.set(uid, state);
  }

  /** The last step: what each mark in it was before. What is done to bring that about is not noted. */
  takeBack(): Step<T>[] {
    const last = this.steps.pop() ?? [];
    for (const { uid, before } of last) {
      if (before === undefined) this.kept.delete(uid);
      else this.kept.set(uid, before);
    }
    return last;
  }

  private push(step: Step<T>): void {
    if (!this.open) {
      this.open = [];
      this.steps.push(this.open);
      if (this.steps.length > MOST_STEPS) this.steps.shift();
      queueMicrotask(() => {
        this.open = undefined;
      });
    }
    this.open.push(step);
  }
}
