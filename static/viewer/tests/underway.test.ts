// Not covered: what the drawing engine tells of a hand that moves, and the server's answers (tests/e2e/test_measurements.py, test_volumes.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
