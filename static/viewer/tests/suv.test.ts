// Reference values reckoned by hand here, one line each. Not covered: series of real scanners.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { type Suv, type SuvKind, suvOf } from '../src/volumes/suv';

type Values = Record<string, unknown[] | undefined>;

function dataset(values: Values): Dataset {
  return Object.fromEntries(Object.entries(values).flatMap(([tag, Value]) => (Value ? [[tag, { vr: 'UN', Value }]] : []))) as Dataset;
}

/** FDG: 370 MBq at 09:00, scanned at 10:00, 110 min half-life, a woman of 62 kg and 1.65 m. */
const DRUG: Values = { '00181074': [370e6], '00181075': [6586.2], '00181072': ['090000'] };
const PET: Values = {
  '00080060': ['PT'], '00541001': ['BQML'], '00541102': ['START'], '00280051': ['ATTN', 'DECY', 'SCAT'], '00101030': [62], '00101020': [1.65],
  '00100040': ['F'], '00080021': ['20261122'], '00080031': ['100000'], '00080022': ['20261122'], '00080032': ['100200.5'],
};

function pet(more: Values = {}, drug: Values = {}): Dataset {
  return dataset({ ...PET, '00540016': [dataset({ ...DRUG, ...drug })], ...more });
}

function near(suv: Suv, expected: number): void {
  assert.ok('factor' in suv, `missing: ${JSON.stringify(suv)}`);
  assert.ok(Math.abs(suv.factor / expected - 1) < 0.001, `${suv.factor} is not ${expected}`);
}

function missing(ds: Dataset | Dataset[], kind: SuvKind = 'bw'): string {
  const suv = suvOf(Array.isArray(ds) ? ds : [ds], kind);
  return 'missing' in suv ? suv.missing : `factor ${suv.factor}`;
}

// 370e6 * 2^(-3600/6586.2) = 253.313e6 Bq are left at ten.
const LEFT = 253.313e6;

test('by body weight, decayed to the start of the scan', () => near(suvOf([pet()], 'bw'), 62_000 / LEFT));

// 1.07 * 62 - 148 * (62/165)^2 = 45.4438 kg; 0.007184 * 62^0.425 * 165^0.725 = 1.68152 m2
test('by lean mass of a woman and of a man', () => {
  near(suvOf([pet()], 'lbm'), 45_443.8 / LEFT);
  near(suvOf([pet({ '00100040': ['M'] })], 'lbm'), 51_256.8 / LEFT);
});

test('by body surface', () => near(suvOf([pet()], 'bsa'), 16_815.2 / LEFT));

test('decayed to the injection, nothing has decayed', () => near(suvOf([pet({ '00541102': ['ADMIN'] }, { '00181075': undefined })], 'bw'), 62_000 / 370e6));

test('an injection with its day, also the day before', () => {
  near(suvOf([pet({}, { '00181078': ['20261122090000.00+0800'], '00181072': undefined })], 'bw'), 62_000 / LEFT);
  const night = { '00080021': ['20261123'], '00080031': ['003000'], '00080022': ['20261123'], '00080032': ['003100'] };
  near(suvOf([pet(night, { '00181072': ['233000'] })], 'bw'), 62_000 / LEFT);
});

test('a series made later than its pictures: from the frame, or as the scanner says', () => {
  // 180 s frame from ten: mean count after 89.716 s; Frame Reference Time says 89.716 s after the start.
  const frame = { '00080031': ['120000'], '00080032': ['100000'], '00181242': [180_000], '00541300': [89_716] };
  near(suvOf([pet(frame)], 'bw'), 62_000 / LEFT);
  near(suvOf([pet({ '00080031': ['120000'], '0009100D': ['20261122100000.00'] })], 'bw'), 62_000 / LEFT);
  assert.equal(missing(pet({ '00080031': ['120000'] })), 'suv.start');
});

test('stored as g/ml it is what it says; another kind is reckoned from the body', () => {
  near(suvOf([pet({ '00541001': ['GML'], '00540016': undefined })], 'bw'), 1);
  near(suvOf([pet({ '00541001': ['GML'] })], 'lbm'), 45.4438 / 62);
  near(suvOf([pet({ '00541001': ['GML'], '00541006': ['LBM'] })], 'bw'), 62 / 45.4438);
  near(suvOf([pet({ '00541001': ['CM2ML'] })], 'bsa'), 1);
  assert.equal(missing(pet({ '00541001': ['GML'], '00541006': ['IBW'] })), 'suv.storedKind');
});

test("counts by Philips' factors, named or as bytes", () => {
  const bytes = { vr: 'UN', InlineBinary: Buffer.from('0.000551 ').toString('base64') };
  near(suvOf([{ ...pet({ '00541001': ['CNTS'] }), '70531000': bytes }], 'bw'), 0.000551);
  near(suvOf([pet({ '00541001': ['CNTS'], '70531000': [0.000551] })], 'lbm'), (0.000551 * 45.4438) / 62);
  near(suvOf([pet({ '00541001': ['CNTS'], '70531009': [2.5] })], 'bw'), (2.5 * 62_000) / LEFT);
  assert.equal(missing(pet({ '00541001': ['CNTS'] })), 'suv.counts');
});

test('what is missing is named', () => {
  assert.equal(missing([]), 'suv.notPet');
  assert.equal(missing(pet({ '00080060': ['CT'] })), 'suv.notPet');
  assert.equal(missing(pet({ '00541001': ['PROPCNTS'] })), 'suv.units');
  assert.equal(missing([pet(), pet({ '00541001': ['CNTS'] })]), 'suv.mixedUnits');
  assert.equal(missing(pet({ '00101030': undefined })), 'suv.weight');
  assert.equal(missing(pet({ '00101030': [0] })), 'suv.weight');
  assert.equal(missing(pet({ '00101020': undefined }), 'bsa'), 'suv.height');
  assert.equal(missing(pet({ '00100040': ['O'] }), 'lbm'), 'suv.sex');
  assert.equal(missing(pet({ '00101030': [400] }), 'lbm'), 'suv.lean');
  assert.equal(missing(pet({ '00540016': undefined })), 'suv.drug');
  assert.equal(missing(pet({}, { '00181074': undefined })), 'suv.dose');
  assert.equal(missing(pet({}, { '00181075': undefined })), 'suv.halfLife');
  assert.equal(missing(pet({}, { '00181072': undefined })), 'suv.injection');
  assert.equal(missing(pet({}, { '00181078': ['20261122110000'] })), 'suv.injectionLater');
  assert.equal(missing(pet({ '00541102': ['NONE'] })), 'suv.decay');
  assert.equal(missing(pet({ '00280051': ['ATTN'] })), 'suv.decay');
  assert.equal(missing(pet({ '00280051': ['DECY'] })), 'suv.attenuation');
  assert.equal(missing(pet({ '00080032': undefined })), 'suv.acquired');
});
