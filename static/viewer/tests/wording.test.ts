import assert from 'node:assert/strict';
import { test } from 'node:test';
import cases from '../../../tests/imaging/viewer/readings.json';
import { broken, linesOf } from '../src/measuring/wording';
import { valueLine } from '../src/objects/valueline';

const boot = JSON.stringify({ words: { mean: 'Mean', most: 'Max', ctr: 'CTR', atDetector: '(detector)' } });
Object.assign(globalThis, { document: { getElementById: () => ({ textContent: boot }) } });

for (const { values, lines } of cases) {
  test(`${JSON.stringify(values)} reads ${lines.join(', ')}`, () => assert.deepEqual(linesOf(values as never), lines));
}

test('long words go into lines, between words where that can be, Chinese signs counting twice', () => {
  assert.deepEqual(broken('nodule', 10), ['nodule']);
  assert.deepEqual(broken('a nodule of the upper lobe', 10), ['a nodule', 'of the', 'upper lobe']);
  assert.deepEqual(broken('右肺上叶结节', 8), ['右肺上叶', '结节']);
  assert.deepEqual(broken('nodule右肺上叶', 10), ['nodule右肺', '上叶']);
  assert.deepEqual(broken('x'.repeat(25), 10), ['x'.repeat(10), 'x'.repeat(10), 'xxxxx']);
  assert.deepEqual(broken('𠮷𠮷𠮷', 4), ['𠮷𠮷', '𠮷']);
  assert.deepEqual(broken('', 4), ['']);
});

test('a value of a report reads with its unit and what is said of it, whatever words came in', () => {
  const line = (code: string, note: string) => valueLine({ name: 'Length', number: 12.34, unit: 'millimetre', code, note });
  assert.equal(line('mm', 'detector'), 'Length 12.3 mm (detector)');
  assert.equal(line('mm', 'by hand'), 'Length 12.3 mm (by hand)');
  assert.equal(line('constructor', 'constructor'), 'Length 12.3 millimetre (constructor)');
});
