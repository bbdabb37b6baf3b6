// What a ball holds, against values reckoned by hand. Not covered: series of real scanners.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peakInBall, statsInBall } from '../src/volumes/ball';
import type { Geometry, Vector } from '../src/volumes/geometry';
import { angleAt, lengthOf } from '../src/volumes/lines';

function grid(spacing: Vector, dimensions: Vector): Geometry {
  return { ids: [], origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1], spacing, dimensions, frameOfReference: '1.2', phases: 1, phase: 0 };
}

const near = (a: number | undefined, b: number, by = 1e-9) => assert.ok(a !== undefined && Math.abs(a - b) <= by, `${a} is not ${b}`);

test('mean, deviation and maximum are of the points whose middle is inside', () => {
  // A point and its six neighbours: 0 1 2 3 4 5 6 have a mean of 3 and a deviation of 2.
  const told = new Map([['5,5,5', 0], ['4,5,5', 1], ['6,5,5', 2], ['5,4,5', 3], ['5,6,5', 4], ['5,5,4', 5], ['5,5,6', 6]]);
  const stats = statsInBall(grid([2, 2, 2], [11, 11, 11]), (...at) => told.get(at.join()) ?? 1000, [10, 10, 10], 2.1)!;
  assert.equal(stats.points, 7);
  near(stats.mean, 3);
  near(stats.stdDev, 2);
  assert.equal(stats.max, 6);
});

test('spacings that differ are millimetres and not points', () => {
  assert.equal(statsInBall(grid([1, 1, 5], [20, 20, 20]), () => 1, [10, 10, 50], 4.9)!.points, statsInBall(grid([1, 1, 5], [20, 20, 1]), () => 1, [10, 10, 0], 4.9)!.points);
});

test('outside of the volume there is nothing', () => assert.equal(statsInBall(grid([1, 1, 1], [4, 4, 4]), () => 1, [100, 0, 0], 5), undefined));

test('the peak is the mean of a cubic centimetre, wherever in the region that is largest', () => {
  const geometry = grid([2, 2, 2], [40, 40, 40]);
  const hot: Vector = [24, 20, 20];
  const inHot = (index: Vector) => lengthOf(index.map((part) => part * 2), hot.map((part) => part * 2)) <= 6.2035;
  const valueOf = (...index: Vector) => (inHot(index) ? 8 : 1);
  // Its middle is 8 mm from that of the region, which is larger.
  near(peakInBall(geometry, valueOf, [40, 40, 40], 12), 8);
  // In a region that ends before, the hot ball is cut.
  const cut = peakInBall(geometry, valueOf, [40, 40, 40], 3)!;
  assert.ok(cut > 1 && cut < 8);
});

test('a single hot point is not the peak', () => {
  const peak = peakInBall(grid([4, 4, 4], [20, 20, 20]), (i, j, k) => (i === 10 && j === 10 && k === 10 ? 19 : 0), [40, 40, 40], 10)!;
  // 19 points of 4 mm lie within 6.2 mm: the middle, 6 at 4 mm, 12 at 5.7 mm.
  near(peak, 1);
});

test('lengths and angles in the patient', () => {
  assert.equal(lengthOf([0, 0, 0], [2, 3, 6]), 7);
  near(angleAt([1, 0, 0], [0, 0, 0], [0, 0, 2]), 90);
  near(angleAt([1, 0, 0], [0, 0, 0], [-1, 1, 0]), 135, 1e-6);
  assert.equal(angleAt([0, 0, 0], [0, 0, 0], [1, 0, 0]), 0);
});
