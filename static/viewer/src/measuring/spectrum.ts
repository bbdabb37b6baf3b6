// What a line through a region reads whose two directions differ in kind: time and velocity in a Doppler spectrum, time and depth in M-mode.
import type { Point } from './places';
import type { Region } from './regions';

/** Of the envelope of a spectrum the velocity-time integral in centimetres, the largest and the mean velocity in cm/s, and the seconds that
 * it takes; else how far the line goes in each direction. A closed line holds the integral, an open one holds it against the base line. */
export function traceOf({ x, y }: Region, line: Point[], isClosed: boolean): Record<string, number | string> {
  const places = line.map(([column, row]): Point => [x.at(column), y.at(row)]);
  const [time, range] = [0, 1].map((axis) => span(places.map((place) => place[axis])));
  if (x.unit !== 's' || y.unit !== 'cm/s' || !time) return { x: time, xUnit: x.unit, y: range, yUnit: y.unit };
  const vti = Math.abs(integral(isClosed ? [...places, places[0]] : places));
  return { vti, vmax: Math.max(...places.map((place) => Math.abs(place[1]))), vmean: vti / time, time };
}

function span(values: number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function integral(places: Point[]): number {
  return places.slice(1).reduce((sum, [t, v], index) => sum + ((v + places[index][1]) / 2) * (t - places[index][0]), 0);
}
