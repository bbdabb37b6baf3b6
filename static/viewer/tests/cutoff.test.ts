// Frames whose code stops before its end, in each coding.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCutOff } from '../src/datasource/cutoff';
import type { Dataset } from '../src/datasource/dicomjson';

const JPEG = '1.2.840.10008.1.2.4.70';
const RLE = '1.2.840.10008.1.2.5';
const size = (rows: number, columns: number): Dataset => ({ '00280010': { vr: 'US', Value: [rows] }, '00280011': { vr: 'US', Value: [columns] }, '00280100': { vr: 'US', Value: [8] } });

function rle(...segment: number[]): Uint8Array {
  const header = new Uint8Array(64);
  header.set([1, 0, 0, 0, 64]);
  return Uint8Array.from([...header, ...segment]);
}

test('a code of the JPEG family ends with its mark, padding aside', () => {
  assert.equal(isCutOff(JPEG, Uint8Array.of(0xff, 0xd8, 1, 2, 0xff, 0xd9), {}), false);
  assert.equal(isCutOff(JPEG, Uint8Array.of(0xff, 0xd8, 1, 2, 0xff, 0xd9, 0), {}), false);
  assert.equal(isCutOff(JPEG, Uint8Array.of(0xff, 0xd8, 1, 2, 3, 4), {}), true);
  assert.equal(isCutOff(JPEG, Uint8Array.of(), {}), true);
});

test('runs give as many bytes as the picture has', () => {
  assert.equal(isCutOff(RLE, rle(0x100 - 15 + 0, 7), size(4, 4)), false);
  assert.equal(isCutOff(RLE, rle(3, 1, 2, 3, 4), size(4, 4)), true);
  assert.equal(isCutOff(RLE, rle(15, 1, 2, 3), size(4, 4)), true);
  assert.equal(isCutOff(RLE, Uint8Array.of(1), size(4, 4)), true);
});

test('plain values and codings that are not known are left to who reads them', () => {
  assert.equal(isCutOff('1.2.840.10008.1.2.1', Uint8Array.of(1), size(4, 4)), false);
});
