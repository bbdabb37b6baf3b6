// Not covered: where it is kept, and the bar that shows it (tests/e2e/test_display.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inFront } from '../src/fronts';

test('the last used one stands in front, the others in their order', () => {
  assert.deepEqual(inFront(['Lung', 'Bone', 'Brain'], 'Brain'), [2, 0, 1]);
  assert.deepEqual(inFront(['Lung', 'Bone', 'Brain'], 'Lung'), [0, 1, 2]);
});

test('what is not there any more moves nothing', () => {
  assert.deepEqual(inFront(['Lung', 'Bone'], 'Liver'), [0, 1]);
  assert.deepEqual(inFront(['Lung', 'Bone'], undefined), [0, 1]);
  assert.deepEqual(inFront([], 'Lung'), []);
});
