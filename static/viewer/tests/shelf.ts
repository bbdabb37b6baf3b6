// A browser's store, with as much room as a test gives it.
import type { Store } from '../src/keeping/held';

export class Shelf implements Store {
  readonly entries = new Map<string, string>();
  constructor(private readonly room = Infinity) {}
  get length(): number { return this.entries.size; }
  key(index: number): string | null { return [...this.entries.keys()][index] ?? null; }
  getItem(key: string): string | null { return this.entries.get(key) ?? null; }
  removeItem(key: string): void { this.entries.delete(key); }
  setItem(key: string, value: string): void {
    if (key.length + value.length > this.room) throw new Error('QuotaExceededError');
    this.entries.set(key, value);
  }
}
