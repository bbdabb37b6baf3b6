// Not covered: how the lines are drawn (tests/e2e/test_measurements.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cobbOf } from '../src/measuring/angles';
import type { Point } from '../src/measuring/places';

type Line = [Point, Point];

/** An end plate around a place, tilted so far from the horizontal, drawn from left to right. */
function plate([x, y]: Point, degrees: number): Line {
  const [dx, dy] = [30 * Math.cos((degrees * Math.PI) / 180), 30 * Math.sin((degrees * Math.PI) / 180)];
  return [[x - dx, y - dy], [x + dx, y + dy]];
}
const turned = ([a, b]: Line): Line => [b, a];
const shown = (one: Line, other: Line) => Object.values(cobbOf(one, other) ?? {}).map((value) => Math.round(value * 10) / 10);

test('a curve of the spine is the angle between its end plates, however they were drawn', () => {
  const [upper, lower] = [plate([100, 50], 12), plate([110, 200], -18)];
  for (const line of [lower, turned(lower)]) assert.deepEqual(shown(upper, line), [30, 150]);
});

test('a severe curve over 90 degrees is not read as its supplement', () => {
  const [upper, lower] = [plate([100, 50], 60), plate([100, 200], -55)];
  assert.deepEqual(shown(upper, lower), [115, 65]);
  assert.deepEqual(shown(turned(upper), turned(lower)), [115, 65]);
  assert.deepEqual(shown(upper, turned(lower)), [65, 115], 'drawn in two directions it stays open, and both are said');
});

test('a spine that lies on its side has the same curve', () => {
  const lying = (line: Line) => line.map(([x, y]): Point => [y, -x]) as Line;
  assert.deepEqual(shown(lying(plate([100, 50], 60)), lying(plate([100, 200], -55))), [115, 65]);
  assert.deepEqual(shown(lying(plate([100, 50], 4)), lying(plate([100, 200], -5))), [9, 171]);
});

test('a line without a length has no angle', () => {
  assert.equal(cobbOf([[1, 1], [1, 1]], plate([0, 9], 3)), undefined);
});
