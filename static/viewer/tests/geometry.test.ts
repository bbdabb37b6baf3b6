// Not covered: headers of real scanners (tests/e2e opens made ones), and what the engine does with the volume.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { checkGeometry, indexAt, middleOf, placeAt, placeOfShare, shareOf, type Slice, stepThatFits, thinned, tooLargeFor, type Verdict } from '../src/volumes/geometry';

const AXIAL = [1, 0, 0, 0, 1, 0];

function slice(number: number, position: number[], more: Record<string, unknown[]> = {}): Slice {
  const values: Record<string, unknown[]> = {
    '00200013': [number], '00200032': position, '00200037': AXIAL, '00280030': [0.8, 0.5], '00280010': [40], '00280011': [60],
    '00200052': ['1.2'], '00280004': ['MONOCHROME2'], ...more,
  };
  const ds = Object.fromEntries(Object.entries(values).map(([tag, Value]) => [tag, { vr: 'UN', Value }])) as Dataset;
  return { id: `p${number}`, ds };
}

const stack = (count: number, place = (n: number) => [0, 0, n * 2.5], more: Record<string, unknown[]> = {}) =>
  Array.from({ length: count }, (_, n) => slice(n + 1, place(n), more));

function reason(verdict: Verdict): string {
  return verdict.ok ? 'ok' : verdict.reason;
}

test('an even stack is a volume, whatever its order', () => {
  const slices = stack(5);
  const verdict = checkGeometry([slices[3], slices[0], slices[4], slices[2], slices[1]]);
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.geometry.ids, ['p1', 'p2', 'p3', 'p4', 'p5']);
  assert.deepEqual(verdict.geometry.spacing, [0.5, 0.8, 2.5]);
  assert.deepEqual(verdict.geometry.dimensions, [60, 40, 5]);
  assert.deepEqual(verdict.geometry.direction.slice(6), [0, 0, 1]);
});

test('a coronal stack runs along its own normal', () => {
  const verdict = checkGeometry(stack(4, (n) => [10, -n * 3, 50], { '00200037': [1, 0, 0, 0, 0, -1] }));
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.geometry.ids, ['p4', 'p3', 'p2', 'p1']);
  assert.deepEqual(indexAt(verdict.geometry, placeAt(verdict.geometry, [7, 8, 2])).map((part) => Math.round(part * 1e6) / 1e6), [7, 8, 2]);
});

test('a share of the volume is the same place of the patient however it was scanned', () => {
  // Columns from 100 to 130 mm, rows from -20 to 12, slices from 0 to 50: once as it is, once from the feet and lying on the face, once sagittal.
  const geometries = [
    checkGeometry(stack(21, (n) => [100, -20, n * 2.5])),
    checkGeometry(stack(21, (n) => [129.5, 11.2, 50 - n * 2.5], { '00200037': [-1, 0, 0, 0, -1, 0] })),
    checkGeometry(stack(60, (n) => [100 + n * 0.5, -20, 50], { '00200037': [0, 1, 0, 0, 0, -1], '00280010': [21], '00280011': [40], '00280030': [2.5, 0.8] })),
  ].map((verdict) => (verdict.ok ? verdict.geometry : assert.fail(reason(verdict))));
  const share = shareOf(geometries[0], [105.9, -13.76, 40]);
  assert.deepEqual(share.map((part) => Number(part.toFixed(4))), [0.2, 0.2, 0.8]);
  for (const geometry of geometries) {
    assert.deepEqual(placeOfShare(geometry, share).map((part) => Number(part.toFixed(4))), [105.9, -13.76, 40]);
  }
});

test('places rounded to a tenth of a millimetre are even', () => {
  assert.equal(reason(checkGeometry(stack(200, (n) => [0, 0, Math.round(n * 0.625 * 10) / 10]))), 'ok');
});

test('a missing slice, and steps of two sizes, are refused with both sizes', () => {
  const verdict = checkGeometry(stack(20).filter((_, n) => n !== 10));
  assert.deepEqual(verdict, { ok: false, reason: 'uneven', values: { from: '2.50', to: '5.00' } });
  assert.equal(reason(checkGeometry(stack(20, (n) => [0, 0, n < 10 ? n : 10 + (n - 10) * 2]))), 'uneven');
});

test('a tilted gantry is refused with its angle; half a degree is not', () => {
  const leaning = (degrees: number) => (n: number) => [0, n * Math.tan((degrees * Math.PI) / 180), n];
  assert.deepEqual(checkGeometry(stack(30, leaning(12))), { ok: false, reason: 'tilt', values: { n: '12.0' } });
  assert.equal(reason(checkGeometry(stack(30, leaning(0.3)))), 'ok');
});

test('what is not alike is refused by name', () => {
  const odd = (tag: string, values: unknown[]) => reason(checkGeometry([...stack(4), slice(9, [0, 0, 10], { [tag]: values })]));
  assert.equal(odd('00200037', [1, 0, 0, 0, 0, -1]), 'orientation');
  assert.equal(odd('00200052', ['1.3']), 'frame');
  assert.equal(odd('00280030', [0.8, 0.6]), 'size');
  assert.equal(odd('00280010', [41]), 'size');
  assert.equal(odd('00280030', []), 'noSpacing');
  assert.equal(odd('00200032', []), 'noPlace');
  assert.equal(odd('00280004', ['PALETTE COLOR']), 'colour');
});

test('few pictures, or many at one place, are no volume', () => {
  assert.equal(reason(checkGeometry([])), 'few');
  assert.equal(reason(checkGeometry(stack(2))), 'few');
  assert.equal(reason(checkGeometry(stack(8, () => [0, 0, 5]))), 'few');
  assert.equal(reason(checkGeometry([...stack(5), slice(6, [0, 0, 5])])), 'twice');
});

test('of several phases the one that is shown is taken', () => {
  const phase = (number: number) => stack(4, undefined, { '00200100': [number] }).map(({ id, ds }) => ({ id: `${id}.${number}`, ds }));
  const verdict = checkGeometry([...phase(2), ...phase(1), ...phase(3)], 'p2.3');
  assert.ok(verdict.ok);
  assert.deepEqual(verdict.geometry.ids, ['p1.3', 'p2.3', 'p3.3', 'p4.3']);
  assert.deepEqual([verdict.geometry.phases, verdict.geometry.phase], [3, 2]);
});

test('three thousand slices of real size are thinned to what a browser of 4 GB holds', () => {
  const size: Record<string, unknown[]> = { '00280010': [512], '00280011': [512] };
  const verdict = checkGeometry(stack(3000, (n) => [0, 0, n], size));
  assert.ok(verdict.ok);
  // 0.6 of 0.35 of 4 GiB; six bytes a point.
  const room = { bytes: 0.6 * 0.35 * 4 * 1024 ** 3, largestSide: 2048 };
  const step = stepThatFits(verdict.geometry, room);
  const [columns, rows, slices] = thinned(verdict.geometry, step).dimensions;
  assert.deepEqual([columns, rows, step], [512, 512, 6]);
  assert.ok(columns * rows * slices * 6 <= room.bytes && slices * (step - 1) > 0);
});

test('what does not fit is thinned to what does, or refused', () => {
  const verdict = checkGeometry(stack(3000, (n) => [0, 0, n]));
  assert.ok(verdict.ok);
  const { geometry } = verdict;
  assert.equal(stepThatFits(geometry, { bytes: 1e9, largestSide: 4096 }), 1);
  assert.equal(stepThatFits(geometry, { bytes: 1e9, largestSide: 2048 }), 2);
  assert.equal(stepThatFits(geometry, { bytes: 60 * 40 * 6 * 500, largestSide: 2048 }), 7);
  assert.equal(stepThatFits(geometry, { bytes: 1e9, largestSide: 50 }), 0);
  assert.equal(tooLargeFor(geometry, { bytes: 1e9, largestSide: 2048 }), 'slices');
  assert.equal(tooLargeFor(geometry, { bytes: 60 * 40 * 6 * 500, largestSide: 4096 }), 'memory');
  assert.equal(tooLargeFor(geometry, { bytes: 1e9, largestSide: 50 }), 'side');
  const third = thinned(geometry, 3);
  assert.deepEqual([third.dimensions, third.spacing, third.ids.length], [[60, 40, 1000], [0.5, 0.8, 3], 1000]);
  assert.ok(Math.abs(middleOf(third)[2] - 1498.5) < 1e-9);
});
