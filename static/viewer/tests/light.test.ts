// Where a picture lies on a phone's screen, what a finger points at, lengths, and frames with their functional groups.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dataset } from '../src/datasource/dicomjson';
import { folded } from '../src/light/folded';
import { lengthText } from '../src/light/ruler';
import { boxOf, FITTED, held, partSeen, pixelUnder, placeOfPixel, type Point, zoomed } from '../src/light/view';

const stage = { width: 360, height: 480 };
const square = { columns: 512, rows: 512, aspect: 1 };
const tall = { columns: 100, rows: 50, aspect: 4 };

test('a picture fits into the stage, in the shape of its pixels', () => {
  assert.deepEqual(boxOf(stage, square, FITTED), [0, 60, 360, 360]);
  const [, , width, height] = boxOf(stage, tall, FITTED);
  assert.equal(height / width, 2);
});

test('what is between two fingers stays there', () => {
  const at: Point = [90, 200];
  const before = pixelUnder(at, stage, square, FITTED);
  const nearer = zoomed(FITTED, 3, at, stage);
  const after = pixelUnder(at, stage, square, nearer);
  assert.ok(Math.hypot(before[0] - after[0], before[1] - after[1]) < 1e-6);
  assert.equal(zoomed(nearer, 1000, at, stage).zoom, 16);
});

test('a pixel is found again under the place where it is drawn', () => {
  const view = { zoom: 2.5, x: 31, y: -12 };
  const [column, row] = pixelUnder(placeOfPixel([70, 20], stage, tall, view), stage, tall, view);
  assert.ok(Math.abs(column - 70) < 1e-9 && Math.abs(row - 20) < 1e-9);
});

test('no swipe loses the picture', () => {
  const view = held({ zoom: 1, x: 9000, y: -9000 }, stage, square);
  assert.deepEqual([view.x, view.y], [180, -240]);
});

test('only the part on the screen is asked for, in pixels of the picture', () => {
  assert.equal(partSeen(stage, square, FITTED), undefined);
  const [x, y, width, height] = partSeen(stage, square, zoomed(FITTED, 4, [180, 240], stage))!;
  assert.deepEqual([x, width], [192, 128]);
  assert.ok(y > 0 && height < 512);
});

const said = (tag: string, ...values: unknown[]): Dataset => ({ [tag]: { vr: 'DS', Value: values } });

test('a length has the unit that the picture allows', () => {
  const ends: [Point, Point, string, string] = [[0, 0], [30, 40], '(detector)', '(perhaps at the detector)'];
  assert.equal(lengthText(said('00280030', 2, 1), ...ends), '85.4 mm');
  assert.equal(lengthText(said('00181164', 0.1, 0.1), ...ends), '5.0 mm (detector)');
  const film = { ...said('00280030', 0.1, 0.1), '00080060': { vr: 'CS', Value: ['DX'] } };
  assert.equal(lengthText(film, ...ends), '5.0 mm (perhaps at the detector)');
  assert.equal(lengthText({ ...film, '00280A02': { vr: 'CS', Value: ['GEOMETRY'] } }, ...ends), '5.0 mm');
  assert.equal(lengthText({}, ...ends), '50 px');
});

test('a frame has what its groups say, its own before what all share', () => {
  const group = (window: number): Dataset => ({ '00289132': { vr: 'SQ', Value: [said('00281050', window)] } });
  const ds = { '52009229': { vr: 'SQ', Value: [{ '00289110': { vr: 'SQ', Value: [said('00280030', 0.5, 0.5)] } }] }, '52009230': { vr: 'SQ', Value: [group(1), group(2)] } };
  assert.deepEqual(folded(ds as Dataset, 2)['00281050'].Value, [2]);
  assert.deepEqual(folded(ds as Dataset, 2)['00280030'].Value, [0.5, 0.5]);
  const plain = said('00281050', 7);
  assert.equal(folded(plain, 1), plain);
});
