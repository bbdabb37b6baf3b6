// Not covered: where the points lie on the screen (tests/e2e/test_drawing.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginGesture, undoGesture } from '../src/measuring/gesture';
import { History } from '../src/measuring/history';
import { isTooShort } from '../src/measuring/strokes';

test('a press without a movement is no mark, whichever of its lines it was', () => {
  assert.equal(isTooShort('Length', [[10, 10], [11, 11]]), true);
  assert.equal(isTooShort('Length', [[10, 10], [13, 10]]), false);
  assert.equal(isTooShort('CobbAngle', [[10, 10], [90, 10], [20, 40], [20, 41]]), true);
  assert.equal(isTooShort('RectangleROI', [[10, 10], [90, 10], [10, 11], [90, 11]]), true);
  assert.equal(isTooShort('Probe', [[10, 10]]), false);
  assert.equal(isTooShort('ArrowAnnotate', [[10, 10], [10, 10]]), false);
});

const soon = () => new Promise((done) => setTimeout(done));

test('one movement of the hand is one step, however often it rests on its way', async () => {
  const history = new History<string>();
  history.begin('a', 'first');
  beginGesture();
  history.note('a', 'second');
  await soon();
  history.note('a', 'third');
  await soon();
  beginGesture();
  history.note('a', 'fourth');
  assert.deepEqual(history.takeBack().map(({ before }) => before), ['third']);
  await soon();
  assert.deepEqual(history.takeBack().map(({ before }) => before), ['first']);
  assert.deepEqual(history.takeBack(), []);
});

test('what was begun and let go of leaves no step; what was drawn and then removed leaves two', async () => {
  const history = new History<string>();
  beginGesture();
  history.note('a', 'half');
  await soon();
  undoGesture(() => history.note('a', undefined));
  assert.deepEqual(history.takeBack(), []);
  beginGesture();
  history.note('b', 'whole');
  await soon();
  history.note('b', undefined);
  assert.deepEqual([history.takeBack().length, history.takeBack().length], [1, 1]);
});
