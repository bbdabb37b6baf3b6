// What a hanging protocol keeps of a look. Not covered: reading it off a viewport (tests/e2e/test_hanging.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../src/boot';
import { meant, partMeant } from '../src/hanging/meant';

const LOOK: Look = {
  window: 'own', centre: 40.12345, width: 399.999, zoom: 1.023, pan: [3, 4], rotation: 90, flip: true, flip_vertical: false, invert: true, colours: 'pet', cine: true,
};

test('no more digits than anybody sees, and nothing that only these pictures have', () => {
  const { pan: _gone, ...rest } = LOOK;
  assert.deepEqual(meant(LOOK), { ...rest, centre: 40.12, width: 400, zoom: 1 });
  assert.deepEqual([meant({ ...LOOK, zoom: 1.666 }).zoom, meant({ ...LOOK, zoom: 99 }).zoom, meant({ ...LOOK, zoom: 0.001 }).zoom], [1.67, 20, 0.1]);
});

test('near an end of a stack the end is meant', () => {
  assert.deepEqual([0, 4, 50, 97].map((index) => partMeant(index, 100)), ['first', 'first', 'middle', 'last']);
  assert.equal(partMeant(0, 1), 'first');
});
