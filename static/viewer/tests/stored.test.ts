// Not covered: the server's part (tests/imaging/viewer/test_api.py), and what is drawn (tests/e2e/test_nothing_lost.py, test_plane_marks.py).
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { heldHere } from '../src/keeping/here';
import { storedMarks } from '../src/measuring/stored';
import { Shelf } from './shelf';

const mark = (uid: string, revision: number, length = 1) => ({ uid, revision, length, mine: true, author: '' });
const answering = (...marks: object[]) => Object.assign(globalThis, { fetch: () => Promise.resolve(new Response(JSON.stringify({ results: marks }))) });
const change = (uid: string, body: object) => ({ url: `/marks/${uid}/`, method: 'PUT' as const, body });

const shelf = new Shelf();

beforeEach(() => {
  shelf.entries.clear();
  const document = { body: { dataset: { person: '7' } }, getElementById: () => ({ textContent: '{"words": {}}' }), querySelector: () => null };
  Object.assign(globalThis, { window: globalThis, document });
  Object.defineProperty(globalThis, 'localStorage', { value: shelf, configurable: true });
  globalThis.addEventListener ??= () => undefined;
});

test('what waits here lies over what the server has, unless that is newer', async () => {
  const held = heldHere();
  held.keep(change('a', { length: 2 }), 5);
  held.keep(change('b', { length: 3, removed: true }), 6);
  held.keep(change('c', { length: 4 }), 7);
  held.keep(change('d', { length: 5 }), 8);
  answering(mark('a', 9), mark('b', 2), mark('c', 3), mark('e', 4));
  assert.deepEqual(await storedMarks('/marks/'), [mark('a', 9), mark('c', 7, 4), mark('e', 4), mark('d', 8, 5)]);
});

test('marks that nobody waits for any more are not put back', async () => {
  answering(mark('a', 1));
  assert.deepEqual(await storedMarks('/marks/'), [mark('a', 1)]);
  assert.deepEqual(await storedMarks('/marks/', () => false), []);
});

test('an answer that breaks off is asked for again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const answers = ['{"results": [', JSON.stringify({ results: [mark('a', 7)] })];
  Object.assign(globalThis, { fetch: () => Promise.resolve(new Response(answers.shift())) });
  const marks = storedMarks('/marks/');
  while (answers.length) {
    await new Promise((done) => setImmediate(done));
    context.mock.timers.tick(5000);
  }
  assert.deepEqual(await marks, [mark('a', 7)]);
});
