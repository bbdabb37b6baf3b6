// Not covered: sending what is held (tests/e2e/test_nothing_lost.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, Held } from '../src/keeping/held';
import { Shelf } from './shelf';

const put = (url: string, body: unknown): Change => ({ url, method: 'PUT', body });
const bodies = (held: Held) => held.waiting().map(({ body }) => body);

test('a later change of one thing takes the place of the earlier, and each leaves in its turn', () => {
  const held = new Held(new Shelf(), 'box:7');
  held.keep(put('/b/', 1), 1);
  held.keep(put('/a/', 2), 2);
  held.keep(put('/b/', 3), 3);
  assert.deepEqual(bodies(held), [2, 3]);
});

test('two windows that write at once lose nothing of each other', () => {
  const shelf = new Shelf();
  const [one, other] = [new Held(shelf, 'box:7'), new Held(shelf, 'box:7')];
  one.keep(put('/a/', 1), 1);
  other.keep(put('/b/', 2), 2);
  one.done(one.waiting()[0]);
  assert.deepEqual(bodies(one), [2]);
  assert.deepEqual(bodies(other), [2]);
});

test('what changed while it was sent is sent again', () => {
  const held = new Held(new Shelf(), 'box:7');
  held.keep(put('/a/', 1), 1);
  const [sent] = held.waiting();
  held.keep(put('/a/', 2), 2);
  held.done(sent);
  assert.deepEqual(bodies(held), [2]);
});

test("another person's stays where it is", () => {
  const shelf = new Shelf();
  new Held(shelf, 'box:7').keep(put('/a/', 1), 1);
  assert.deepEqual(bodies(new Held(shelf, 'box:71')), []);
  assert.equal(shelf.length, 1);
});

test('a full store keeps it in the window, and says so', () => {
  const held = new Held(new Shelf(80), 'box:7');
  assert.equal(held.keep(put('/a/', 1), 1), true);
  assert.equal(held.keep(put('/a/', 'x'.repeat(80)), 2), false);
  assert.ok(held.isAtRisk());
  assert.deepEqual(bodies(held), ['x'.repeat(80)]);
  held.done(held.waiting()[0]);
  assert.ok(!held.isAtRisk());
  assert.deepEqual(bodies(held), []);
});

test('what an earlier version left is taken over, and rubbish is passed by', () => {
  const shelf = new Shelf();
  shelf.setItem('box:7', JSON.stringify({ '/a/': put('/a/', 1) }));
  shelf.setItem('box:7:/b/', 'no JSON');
  const held = new Held(shelf, 'box:7');
  assert.deepEqual(bodies(held), [1]);
  assert.equal(shelf.getItem('box:7'), null);
});
