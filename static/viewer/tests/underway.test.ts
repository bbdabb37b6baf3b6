// Not covered: what the drawing engine tells of a hand that moves, and the server's answers (tests/e2e/test_measurements.py, test_volumes.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storedMarks } from '../src/measuring/stored';
import { UnderWay } from '../src/measuring/underway';

function setUp() {
  const [held, saved]: [string[], string[]] = [[], []];
  const underWay: UnderWay = new UnderWay((uid) => ({ url: uid, method: 'PUT' }), ({ url }) => { held.push(url); }, (uid) => { underWay.end(uid); saved.push(uid); });
  return { held, saved, underWay };
}

test('a mark is in this browser with the first move, and sent once the hand rests', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { window: globalThis });
  const { held, saved, underWay } = setUp();
  underWay.moved('a');
  assert.deepEqual([held, saved], [['a'], []]);
  t.mock.timers.tick(399);
  underWay.moved('a');
  t.mock.timers.tick(399);
  assert.deepEqual(saved, []);
  t.mock.timers.tick(1);
  assert.deepEqual([saved, underWay.has('a')], [['a'], false]);
});

test('what is removed is not saved, and a page that is left saves the rest', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { window: globalThis });
  const { saved, underWay } = setUp();
  underWay.moved('a');
  underWay.moved('b');
  underWay.end('a');
  underWay.saveAll();
  t.mock.timers.tick(1000);
  assert.deepEqual(saved, ['b']);
});

test('marks that nobody waits for any more are not put back', async () => {
  Object.assign(globalThis, { fetch: () => Promise.resolve(new Response('{"results": [1]}')) });
  assert.deepEqual(await storedMarks('/marks/'), [1]);
  assert.deepEqual(await storedMarks('/marks/', () => false), []);
});

test('an answer that breaks off is asked for again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const answers = ['{"results": [', '{"results": [7]}'];
  const document = { getElementById: () => ({ textContent: '{"words": {}}' }), querySelector: () => null };
  Object.assign(globalThis, { window: globalThis, document, fetch: () => Promise.resolve(new Response(answers.shift())) });
  const marks = storedMarks<number>('/marks/');
  while (answers.length) {
    await new Promise((done) => setImmediate(done));
    context.mock.timers.tick(5000);
  }
  assert.deepEqual(await marks, [7]);
});
