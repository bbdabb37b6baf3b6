// What objects leave on planes that cut them: contours, ellipsoids, dose and masks, against what geometry says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelAt, valueAt } from '../src/objects/grids';
import { levelsOf, pathsOf } from '../src/objects/contours';
import { eachUnder, edgesOf, stackOf } from '../src/objects/raster';
import { sectionOf } from '../src/objects/sections';
import type { Point } from '../src/objects/types';

const WAY = { origin: [0, 0, 0], right: [1, 0, 0], down: [0, 1, 0], normal: [0, 0, 1], width: 100, height: 100 };
const AXIAL = (z: number) => ({ ...WAY, origin: [0, 0, z] });
const CORONAL = (y: number) => ({ ...WAY, origin: [0, y, 100], right: [1, 0, 0], down: [0, 0, -1], normal: [0, 1, 0] });
const square = (z: number, from = 10, to = 30) => [[from, from, z], [to, from, z], [to, to, z], [from, to, z]];
const closed = (...places: number[][][]) => ({ contours: places.map((one) => ({ type: 'CLOSED_PLANAR', places: one })) });
const box = (points: Point[]) => [Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y)), Math.max(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y))];

test('contours stand for slabs half as thick as the way to the next', () => {
  const levels = levelsOf(closed(square(40), square(44), square(42)))!;
  assert.deepEqual([levels.half, levels.levels.map(({ depth }) => depth)], [1, [40, 42, 44]]);
});

test('along the contours the outline itself, within its slab', () => {
  const { normal, levels, half } = levelsOf(closed(square(40), square(42)))!;
  const drawn = (z: number) => levels.flatMap((level) => pathsOf(AXIAL(z), normal, level, half));
  assert.deepEqual(box(drawn(40.5)[0].outlines[0]), [10, 10, 30, 30]);
  assert.equal(drawn(40.5).length, 1);
  assert.equal(drawn(45).length, 0);
});

test('across them a bar for each slab, and none in a hole', () => {
  const { normal, levels, half } = levelsOf(closed(square(40), square(40, 15, 20)))!;
  const paths = pathsOf(CORONAL(17), normal, levels[0], half).map(({ outlines: [bar] }) => box(bar)).sort((a, b) => a[0] - b[0]);
  assert.deepEqual(paths, [[10, 59.5, 15, 60.5], [20, 59.5, 30, 60.5]]);
  assert.deepEqual(pathsOf(CORONAL(40), normal, levels[0], half), []);
});

test('aslant the outline is stretched and ends with its slab', () => {
  const slant = Math.SQRT1_2;
  const cut = { ...WAY, origin: [0, 0, 20], right: [1, 0, 0], down: [0, slant, slant], normal: [0, -slant, slant] };
  const { normal, levels, half } = levelsOf(closed(square(40)))!;
  const [path] = pathsOf(cut, normal, levels[0], half);
  const [left, top, right, bottom] = box(path.outlines[0]);
  assert.deepEqual([left, right].map(Math.round), [10, 30]);
  // 10 to 30 mm along y are 1.414 times as many along the plane.
  assert.ok(Math.abs(top - 10 / slant) < 1e-6 && Math.abs(bottom - 30 / slant) < 1e-6);
  assert.ok(path.clip, 'the slab is half a millimetre to each side');
  const strip = box(path.clip!);
  assert.ok(Math.abs((strip[1] + strip[3]) / 2 - 20 / slant) < 1e-6);
});

test('a plane cuts an ellipsoid in an ellipse, or passes by', () => {
  const ends = [[0, 20, 50], [40, 20, 50], [20, 10, 50], [20, 30, 50], [20, 20, 45], [20, 20, 55]];
  assert.deepEqual(box(sectionOf(AXIAL(50), ends)).map((part) => Number(part.toFixed(2))), [0, 10, 40, 30]);
  // At 3 of 5 of the half axis, both others are 4 of 5.
  assert.deepEqual(box(sectionOf(AXIAL(53), ends)).map((part) => Number(part.toFixed(1))), [4, 12, 36, 28]);
  assert.deepEqual(sectionOf(AXIAL(56), ends), []);
  assert.deepEqual(sectionOf(AXIAL(50), ends.slice(1)), []);
});

test('dose is interpolated between the eight points around', () => {
  const grid = { rows: 2, columns: 2, frames: 2 };
  const values = [0, 100, 0, 100, 200, 300, 200, 300];
  assert.equal(valueAt(grid, values, 0.5, 0.5, 0.5), 150);
  assert.equal(valueAt(grid, values, 1, 1, 1), 300);
  assert.equal(valueAt(grid, values, 1.1, 0, 0), 0);
  assert.equal(valueAt(grid, values, 0, 0, undefined), 0);
});

test('levels of dose may rise or fall and be uneven', () => {
  assert.equal(levelAt([0, 2, 6], 4), 1.5);
  assert.equal(levelAt([0, -2, -4], -3), 1.5);
  assert.equal(levelAt([0, 2], 3), undefined);
  assert.equal(levelAt([0], 0.4), 0);
});

const plane = (z: number, x = 0) => ({ instance: '', frame: null, position: [x, 0, z], orientation: [1, 0, 0, 0, 1, 0], spacing: [1, 1] });

test('planes of a mask lie at even steps, with gaps, each at its own corner', () => {
  const stack = stackOf([plane(4), plane(0), plane(12, 3)], 5)!;
  assert.deepEqual([stack.first, stack.step, [...stack.slots]], [-4, 4, [1, 0, -1, 2]]);
  assert.equal(stack.shifts[4], 3);
  const seen = new Map<number, number>();
  eachUnder({ ...WAY, origin: [-0.5, -0.5, 0], width: 4, height: 1 }, stackOf([plane(0, 2)], 2)!, { rows: 1, columns: 4 }, (pixel, _plane, column) => seen.set(pixel, column));
  assert.deepEqual([...seen], [[2, 0], [3, 1]]);
});

test('the edge of an area is what has something else beside it', () => {
  const owners = Uint16Array.from([1, 1, 1, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...edgesOf(owners, 3)], [1, 1, 1, 1, 0, 1, 1, 1, 1]);
});
