// The window of PET that names none. Not covered: showing it (tests/e2e/test_fusion.py), and uptake itself (suv.test.ts).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { uptakeRange } from '../src/viewports/uptake';

const of = (values: Record<string, unknown>): Dataset =>
  Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, { vr: 'UN', Value: [value] }])) as Dataset;
const pet = (more: Record<string, unknown> = {}): Dataset => of({ '00080060': 'PT', '00541001': 'PROPCNTS', ...more });

test('where uptake can be reckoned it is seen up to seven times the mean of the body', () => {
  assert.deepEqual(uptakeRange([of({ '00080060': 'PT', '00541001': 'GML' })]), { lower: 0, upper: 7 });
});

test('else it is half of the largest value of the whole series, not of the slice that is shown', () => {
  const slices = [pet({ '00280107': 10, '00281053': 0.5 }), pet({ '00280107': 4000, '00281053': 2, '00281052': 0 }), pet({ '00280107': 50, '00281053': 1 })];
  assert.deepEqual(uptakeRange(slices), { lower: 0, upper: 4000 });
});

test('slices that were each scaled to all that they can hold tell it by their slopes', () => {
  const slices = [pet({ '00281053': 0.1, '00280101': 16, '00280103': 1 }), pet({ '00281053': 2, '00280101': 16, '00280103': 1 })];
  assert.deepEqual(uptakeRange(slices), { lower: 0, upper: 32_767 });
  assert.equal(uptakeRange([pet({ '00281053': 2 }), pet({ '00281053': 2 })]), undefined);
});

test('other pictures keep theirs', () => {
  assert.equal(uptakeRange([of({ '00080060': 'CT', '00280107': 4000 })]), undefined);
  assert.equal(uptakeRange([]), undefined);
});
