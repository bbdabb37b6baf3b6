// What a header tells of its values and sizes, and what it leaves open. Not covered: what is drawn (tests/e2e/test_measurements.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { lossyMark } from '../src/datasource/lossy';
import { paddingOf } from '../src/datasource/padding';
import { histogram, type Samples, statistics } from '../src/datasource/statistics';
import { polygon } from '../src/measuring/shapes';
import { spacingOf } from '../src/measuring/spacing';

Object.assign(globalThis, { document: { getElementById: () => ({ textContent: '{"words": {"lossy": "Lossy"}}' }) } });
const dataset = (values: Record<string, (string | number)[]>) => Object.fromEntries(Object.entries(values).map(([tag, Value]) => [tag, { vr: 'UN', Value }])) as unknown as Dataset;

test('a projection with pixel spacing alone does not tell where it was measured', () => {
  const chest = { '00080060': ['CR'], '00280030': [0.2, 0.2] };
  assert.equal(spacingOf(dataset(chest)).scale, 'unsaid');
  assert.equal(spacingOf(dataset({ ...chest, '00280A02': ['FIDUCIAL'] })).scale, 'patient');
  assert.equal(spacingOf(dataset({ ...chest, '00181164': [0.2, 0.2] })).scale, 'detector');
  assert.equal(spacingOf(dataset({ ...chest, '00080060': ['CT'] })).scale, 'patient');
});

test('what lost something in its coding says so, whatever its header says', () => {
  assert.equal(lossyMark(dataset({ '00282110': ['01'], '00282112': [12.3] })), 'Lossy 12:1');
  assert.equal(lossyMark(dataset({ '00083002': ['1.2.840.10008.1.2.4.50'] })), 'Lossy');
  assert.equal(lossyMark(dataset({ '00083002': ['1.2.840.10008.1.2.4.70'], '00282110': ['00'] })), '');
});

test('filled-in pixels are told by their value after the rescale, with or without their sign', () => {
  const scanner = { '00280100': [16], '00280103': [1], '00281053': [1], '00281052': [-1024] };
  for (const value of [-2000, 63536]) assert.equal(paddingOf(dataset({ ...scanner, '00280120': [value] }))?.(-3024), true);
  const range = paddingOf(dataset({ ...scanner, '00280120': [-2000], '00280121': [-1990] }))!;
  assert.deepEqual([-3025, -3024, -3014, -3013].map(range), [false, true, true, false]);
  assert.equal(paddingOf(dataset(scanner)), undefined);
});

test('nothing is read from pixels that were filled in', () => {
  const samples: Samples = { columns: 4, rows: 2, unit: 'HU', colours: 1, at: (column) => (column < 2 ? -2000 : 40 + column), isPadding: (value) => value === -2000 };
  const whole = polygon([[0, 0], [4, 0], [4, 2], [0, 2]]);
  assert.deepEqual(statistics(samples, whole), [{ mean: 42.5, stdDev: 0.5, min: 42, max: 43 }]);
  assert.deepEqual(histogram(samples, whole)?.counts, [2, 2]);
  assert.equal(statistics(samples, polygon([[0, 0], [2, 0], [2, 2], [0, 2]])), undefined);
});
