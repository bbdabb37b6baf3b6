// One movement of a hand, from where it takes hold until it takes hold again: what it does to a mark is one step to take back.

let current = 0;
let undoing = false;

export function beginGesture(): void {
  current += 1;
}

export function gesture(): number {
  return current;
}

/** While `work` lasts, what happens to marks undoes the gesture instead of adding to it. */
export function undoGesture(work: () => void): void {
  undoing = true;
  work();
  undoing = false;
}

export function isUndoingGesture(): boolean {
  return undoing;
}
