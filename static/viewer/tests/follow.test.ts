// Not covered: when panes are asked to follow (tests/e2e).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partner, type Place, placeOfPlane, runAlike, sliceThrough, standingOffset } from '../src/comparing/follow';

const AXIAL = [1, 0, 0, 0, 1, 0];
const SAGITTAL = [0, 1, 0, 0, 0, -1];
const axial = (count: number, step: number, start = 0, frame = 'a', cosines = AXIAL): Place[] =>
  Array.from({ length: count }, (_, n) => placeOfPlane([0, 0, start + n * step], cosines, frame)!);

test('in one frame of reference the nearest slice belongs, whatever the spacing', () => {
  const [thin, thick] = [axial(100, 1), axial(20, 5)];
  assert.equal(standingOffset(thin[3], thick[9]), 0);
  assert.equal(partner(thick, thin[52], 0, 0), 10);
  assert.equal(partner(thin, thick[4], 0, 0), 20);
});

test('a stack that runs the other way is followed to the same place', () => {
  const turned = axial(100, 1, 0, 'a', [1, 0, 0, 0, -1, 0]);
  assert.ok(runAlike(axial(1, 1)[0], turned[0]));
  assert.equal(partner(turned, axial(100, 1)[30], 0, 0), 30);
});

test('slices across the others are not followed', () => {
  const sagittal = Array.from({ length: 10 }, (_, n) => placeOfPlane([n, 0, 0], SAGITTAL, 'a')!);
  assert.equal(partner(sagittal, axial(10, 1)[4], 0, 0), undefined);
});

test('in another frame of reference they stay as far apart as they were linked', () => {
  const [now, prior] = [axial(50, 2), axial(50, 2, -1000, 'b')];
  const offset = standingOffset(now[10], prior[20]);
  assert.equal(offset, -980);
  assert.equal(partner(prior, now[13], offset, 0), 23);
  assert.equal(partner(now, prior[23], 0, offset), 13);
});

test('an offset by hand is kept from either side', () => {
  const stack = axial(50, 2);
  assert.equal(partner(stack, stack[10], 6, 0), 13);
  assert.equal(partner(stack, stack[13], 0, 6), 10);
  const turned = axial(50, 2, 0, 'a', [1, 0, 0, 0, -1, 0]);
  assert.equal(partner(turned, stack[10], 0, 6), 7);
});

test('a point is shown by the slice through it, and by none beyond the ends', () => {
  const stack = axial(10, 3);
  assert.equal(sliceThrough(stack, [5, 5, 13]), 4);
  assert.equal(sliceThrough(stack, [0, 0, 29]), 9);
  assert.equal(sliceThrough(stack, [0, 0, 40]), undefined);
  assert.equal(sliceThrough([], [0, 0, 0]), undefined);
});

test('a plane without a place is none', () => assert.equal(placeOfPlane([], AXIAL, 'a'), undefined));
