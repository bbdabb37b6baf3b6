// Headers that cannot be true, and samples in rare forms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { valuesOf } from '../src/datasource/samplebits';
import { doubtsOf, sane } from '../src/datasource/sane';

let count = 0;
const header = (values: Record<string, unknown[] | undefined>): Dataset => {
  const named = Object.entries({ '00080018': [`1.2.${++count}`], ...values });
  return Object.fromEntries(named.map(([tag, Value]) => [tag, { vr: 'DS', ...(Value && { Value }) }]));
};

test('a place, a direction and a size that cannot be are not said', () => {
  for (const [tag, value] of Object.entries({ '00200032': [null, 0, 0], '00200037': [0, 0, 0, 0, 0, 0] })) {
    const ds = sane(header({ [tag]: value }));
    assert.deepEqual([ds[tag], doubtsOf(ds)], [undefined, ['place']]);
  }
  assert.deepEqual(doubtsOf(sane(header({ '00200037': [1, 0, 0, 1, 0, 0] }))), ['place']);
  for (const pair of [[0, 0], [-1, -1], [1e-9, 1e-9], [null, 1], [0.5]]) assert.equal(sane(header({ '00280030': pair }))['00280030'], undefined);
});

test('what can be stays as it is', () => {
  const said = { '00200032': [1, '2', -3.5], '00200037': [0.7, 0.7, 0, -0.7, 0.7, 0], '00280030': [0.00025, 0.00025], '00281053': [1], '00281052': [-1024], '00281050': [40], '00281051': [400] };
  const ds = sane(header(said));
  for (const [tag, value] of Object.entries(said)) assert.deepEqual(ds[tag].Value, value, tag);
  assert.deepEqual(doubtsOf(ds), []);
});

test('values whose scale cannot be read are shown as stored, and that is said', () => {
  for (const scale of [{ '00281053': [0], '00281052': [0] }, { '00281053': undefined, '00281052': [-1024] }, { '00281053': [1], '00281052': undefined }]) {
    const ds = sane(header(scale));
    assert.deepEqual([ds['00281053'], ds['00281052'], doubtsOf(ds)], [undefined, undefined, ['scale']]);
  }
  assert.equal(sane(header({ '00281053': [0], '00541001': ['BQML'] }))['00541001'], undefined);
  assert.equal(sane(header({ '00281052': [5] }))['00281052'].Value![0], 5);
});

test('windows keep their names when others beside them cannot be used', () => {
  const ds = sane(header({ '00281050': [1, null, 60, 2], '00281051': [0, 10, 1, 0.5], '00281055': ['a', 'b', 'c', 'd'] }));
  assert.deepEqual([ds['00281050'].Value, ds['00281051'].Value, ds['00281055'].Value], [[60, 2.5], [1.001, 1.5], ['c', 'd']]);
  const none = sane(header({ '00281050': [40], '00281051': [-5] }));
  assert.deepEqual([none['00281050'], none['00281051'], doubtsOf(none)], [undefined, undefined, ['window']]);
});

test('frames of one object are looked at each', () => {
  const frame = header({ '00200032': [1, 2, null] });
  const ds = sane({ ...header({}), '52009230': { vr: 'SQ', Value: [{ '00209113': { vr: 'SQ', Value: [frame] } }] } });
  assert.deepEqual([frame['00200032'], doubtsOf(ds)], [undefined, ['place']]);
});

const form = (allocated: number, stored: number, high: number, signed?: number): Dataset =>
  header({ '00083002': ['1.2.840.10008.1.2.1'], '00280100': [allocated], '00280101': [stored], '00280102': [high], '00280103': signed === undefined ? undefined : [signed] });

test('samples are read by the bits that are theirs', () => {
  const read = (bytes: number[], ds: Dataset, most = 9) => Array.from(valuesOf(Uint8Array.from(bytes), ds, most));
  assert.deepEqual(read([0b00000101, 0b1], form(1, 1, 0, 0)), [1, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(read([0x80, 0x7f], form(8, 8, 7, 1)), [-128, 127]);
  assert.deepEqual(read([0xff, 0x5f], form(16, 12, 11, 1)), [-1]);
  assert.deepEqual(read([0xff, 0x5f], form(16, 12, 11, 0)), [4095]);
  assert.deepEqual(read([0x1f, 0x80], form(16, 12, 15, 0)), [0x801]);
  assert.deepEqual(read([0x1f, 0x80], form(16, 12, 15, 1)), [0x801 - 4096]);
  assert.deepEqual(read([...new Uint8Array(Float64Array.of(1.5, -2).buffer)], form(64, 0, 0)), [1.5, -2]);
  assert.deepEqual(read([...new Uint8Array(Float32Array.of(0.25).buffer), 7], form(32, 0, 0)), [0.25]);
  assert.deepEqual(read([0, 0, 0, 0x80], form(32, 32, 31, 0)), [2 ** 31]);
});
