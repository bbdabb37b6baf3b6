import assert from 'node:assert/strict';
import { test } from 'node:test';
import cases from '../../../tests/imaging/viewer/readings.json';
import { linesOf } from '../src/measuring/wording';

const boot = JSON.stringify({ words: { mean: 'Mean', ctr: 'CTR', atDetector: '(detector)' } });
Object.assign(globalThis, { document: { getElementById: () => ({ textContent: boot }) } });

for (const { values, lines } of cases) {
  test(`${JSON.stringify(values)} reads ${lines.join(', ')}`, () => assert.deepEqual(linesOf(values as never), lines));
}
