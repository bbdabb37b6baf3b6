// Whose picture it is, and texts that were perhaps read in another character set than theirs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { type KnownName, misread, shownName } from '../src/datasource/names';

Object.assign(globalThis, { document: { documentElement: { lang: 'en' } } });

const named = (alphabetic: string, ideographic = '', sets: (string | null)[] = [], description = ''): Dataset => ({
  '00080005': { vr: 'CS', Value: sets },
  '0008103E': { vr: 'LO', Value: [description] },
  '00100010': { vr: 'PN', Value: [{ Alphabetic: alphabetic, ...(ideographic && { Ideographic: ideographic }) }] },
});
const known: KnownName = { registered: { Alphabetic: 'LIN^Mei-Hua', Ideographic: '林^美华' }, sent: 'ÁÖ^MEI', agrees: false };

test('the registered name is shown, and the one in the picture where it is another', () => {
  assert.deepEqual(shownName(named('WANG^Fang'), known), { name: 'LIN, Mei-Hua 林美华', other: 'WANG, Fang' });
  assert.deepEqual(shownName(named('ÁÖ^MEI'), known).other, 'ÁÖ, MEI');
  assert.deepEqual(shownName(named('ÁÖ^MEI'), { ...known, agrees: true }).other, '');
  for (const same of [named('Lin^Meihua'), named('', '林美华'), named('LIN MEI HUA'), named('')]) assert.equal(shownName(same, known).other, '');
  assert.deepEqual(shownName(named('WANG^Fang'), null), { name: 'WANG, Fang', other: '' });
});

test('a name that its character set cannot have said is doubted', () => {
  assert.equal(misread(named('林^美华', '', ['ISO_IR 100'])).name, 'ISO_IR 100');
  assert.equal(misread(named('LIN', '林', [])).name, '');
  assert.equal(misread(named('LIN', '林', ['ISO_IR 144'])).name, 'ISO_IR 144');
  assert.equal(misread(named('LIN\uFFFD', '', ['ISO_IR 192'])).name, 'ISO_IR 192');
  assert.equal(misread(named('ÁÖÃÀ»ª', '', ['ISO_IR 100'])).name, 'ISO_IR 100');
  assert.equal(misread(named('MÃ¼ller', '', ['ISO_IR 192'])).name, 'ISO_IR 192');
});

test('a name that it can have said is not', () => {
  const right = [
    named('Müller^Jürgen', '', ['ISO_IR 100']), named('LIN^Mei', '林^美', ['ISO_IR 192']), named('LIN', '林', ['GB18030']), named('Иванов', '', ['ISO_IR 144']),
    named('LIN', '林', [null, 'ISO 2022 IR 58']), named('Ærøskøbing^Åse', '', ['ISO_IR 100']), named('LIN^MEI-HUA'), named("O'Brien^Seán", '', ['ISO_IR 192']),
  ];
  for (const ds of right) assert.deepEqual(misread(ds), {}, JSON.stringify(ds['00100010']));
});

test('a name that the server could only guess is doubted', () => {
  const ds = named('', '林^美华', ['ISO_IR 192']);
  assert.equal(misread(ds, '=林^美华').name, 'ISO_IR 192');
  assert.deepEqual([misread(ds, '王^芳'), misread(ds, '')], [{}, {}]);
});

test('a description is doubted apart from the name', () => {
  assert.deepEqual(misread(named('LIN', '', ['ISO_IR 100'], '胸部平扫')), { texts: 'ISO_IR 100' });
});
