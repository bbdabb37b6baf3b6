// Traces in a Doppler spectrum and in M-mode.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Point } from '../src/measuring/places';
import type { Region } from '../src/measuring/regions';
import { traceOf } from '../src/measuring/spectrum';

const axis = (unit: string, step: number, zero: number) => ({ unit, step: Math.abs(step), at: (place: number) => (place - zero) * step });
/** 10 ms a column; 2 cm/s a row, the base line at row 100. */
const SPECTRUM = { left: 0, top: 0, right: 200, bottom: 200, x: axis('s', 0.01, 0), y: axis('cm/s', -2, 100) } as Region;
const M_MODE = { ...SPECTRUM, y: axis('mm', 0.5, 0) } as Region;
/** Half a sine of 0.3 s and 90 cm/s: its integral is 2/pi of the rectangle. */
const beat = Array.from({ length: 61 }, (_, step): Point => [20 + step / 2, 100 - 45 * Math.sin((Math.PI * step) / 60)]);
const near = (value: unknown, wanted: number) => assert.ok(Math.abs(Number(value) - wanted) < wanted * 0.01, `${String(value)} is not ${wanted}`);

test('an envelope has its integral, its velocities and its time, open or closed along the base line, in either direction', () => {
  for (const [line, isClosed] of [[beat, false], [[...beat].reverse(), false], [beat, true]] as [Point[], boolean][]) {
    const { vti, vmax, vmean, time } = traceOf(SPECTRUM, line, isClosed);
    near(vti, 0.3 * 90 * (2 / Math.PI));
    near(vmax, 90);
    near(vmean, 90 * (2 / Math.PI));
    near(time, 0.3);
  }
});

test('flow away from the probe counts as much', () => {
  near(traceOf(SPECTRUM, beat.map(([x, y]): Point => [x, 200 - y]), false).vti, 0.3 * 90 * (2 / Math.PI));
});

test('elsewhere a line says how far it goes', () => {
  assert.deepEqual(traceOf(M_MODE, [[0, 10], [50, 30], [100, 20]], false), { x: 1, xUnit: 's', y: 10, yUnit: 'mm' });
  assert.equal(traceOf(SPECTRUM, [[10, 100], [10, 50]], false).vti, undefined);
});
