// What a mark measures, from its points in pixels of the picture: what is drawn beside it and what is kept are both from here.
import { spacingOf } from './calibration';
import { metadataOf } from '../datasource/datasource';
import { pixelAt, type Point } from './places';
import { type Region, regionAround, regionsOf } from './regions';
import { samplesOf } from '../datasource/samples';
import { statistics, valueAt } from '../datasource/statistics';
import { ellipse, polygon, type Shape } from './shapes';
import { cobbOf, turnBetween } from './angles';
import { traceOf } from './spectrum';
import { SUV_CODES } from '../volumes/suv';
import { suvAt, suvKind } from '../volumes/suvkind';

/** Names as the server keeps them; a list has one number for each colour. */
export type Values = Record<string, number | string | number[]>;

export interface MarkData {
  handles: { points: ArrayLike<number>[] };
  contour?: { polyline?: ArrayLike<number>[]; closed?: boolean };
  label?: string;
}

interface Steps { x: number; y: number; unit: string; xUnit: string; yUnit: string; note: string }
interface Subject { points: Point[]; line: Point[]; closed: boolean; imageId: string }

const NOTE = { patient: '', unsaid: '', none: '', region: '', detector: ' Proj' };

/** What a step of one pixel means where `points` are: in the patient, in an ultrasound region, at the detector, or nothing but pixels. */
function stepsAt(imageId: string, points: Point[]): Steps {
  const ds = metadataOf(imageId);
  const region = regionAround(regionsOf(ds), points);
  if (region) return { x: region.x.step, y: region.y.step, unit: region.x.unit, xUnit: region.x.unit, yUnit: region.y.unit, note: '' };
  const { row, column, scale } = spacingOf(ds);
  const unit = scale === 'none' || scale === 'region' ? 'px' : 'mm';
  return { x: column, y: row, unit, xUnit: unit, yUnit: unit, note: NOTE[scale] };
}

const squareUnit = (unit: string) => (unit === 'mm' || unit === 'px' || unit === 'cm' ? `${unit}²` : '');

function length([x1, y1]: Point, [x2, y2]: Point, steps: Steps): number {
  return Math.hypot((x2 - x1) * steps.x, (y2 - y1) * steps.y);
}

/** A straight line; where the two directions are of different kinds (time and velocity), what it covers of each. */
function straight({ points, imageId }: Subject): Values {
  const [a, b] = points;
  const steps = stepsAt(imageId, [a, b]);
  if (steps.xUnit === steps.yUnit) return { length: length(a, b, steps), unit: steps.unit + steps.note };
  return { x: Math.abs(b[0] - a[0]) * steps.x, xUnit: steps.xUnit, y: Math.abs(b[1] - a[1]) * steps.y, yUnit: steps.yUnit };
}

function twoLines({ points, imageId }: Subject): [number, number, string] | undefined {
  const steps = stepsAt(imageId, points);
  if (points.length < 4 || steps.xUnit !== steps.yUnit) return undefined;
  const sizes = [length(points[0], points[1], steps), length(points[2], points[3], steps)].sort((a, b) => b - a);
  return [sizes[0], sizes[1], steps.unit + steps.note];
}

function twoDiameters(subject: Subject): Values {
  const found = twoLines(subject);
  return found ? { length: found[0], width: found[1], unit: found[2] } : {};
}

/** The heart's width through that of the chest, whichever was drawn first. */
function cardiothoracic(subject: Subject): Values {
  const found = twoLines(subject);
  return found && found[1] > 0 ? { ratio: found[1] / found[0], length: found[0], width: found[1], unit: found[2] } : {};
}

/** Places in one unit in both directions; undefined where these differ in kind. */
function placed(points: Point[], imageId: string): Point[] | undefined {
  const steps = stepsAt(imageId, points);
  return steps.xUnit === steps.yUnit ? points.map(([x, y]): Point => [x * steps.x, y * steps.y]) : undefined;
}

function angle({ points, imageId }: Subject): Values {
  const [a, b, c] = placed(points, imageId) ?? [];
  const turn = c ? turnBetween([b, a], [b, c]) : undefined;
  return turn === undefined ? {} : { angle: turn };
}

function cobb({ points, imageId }: Subject): Values {
  const [a, b, c, d] = placed(points, imageId) ?? [];
  return { ...(d ? cobbOf([a, b], [c, d]) : undefined) };
}

function area(shape: Shape, { points, imageId }: Subject): Values {
  const steps = stepsAt(imageId, [...points, ...shape.outline]);
  const isLength = steps.xUnit === steps.yUnit && squareUnit(steps.unit) !== '';
  return { ...(isLength ? sizeOf(shape, steps) : {}), ...grey(imageId, shape) };
}

function sizeOf(shape: Shape, steps: Steps): Values {
  const edge = shape.outline.slice(1).reduce((sum, point, index) => sum + length(shape.outline[index], point, steps), 0);
  return { area: shape.area * steps.x * steps.y, areaUnit: squareUnit(steps.unit) + steps.note, perimeter: edge, unit: steps.unit + steps.note };
}

function grey(imageId: string, shape: Shape): Values {
  const samples = samplesOf(imageId);
  const found = samples && statistics(samples, shape);
  if (!samples || !found) return {};
  const each = (name: 'mean' | 'stdDev' | 'min' | 'max') => (found.length === 1 ? found[0][name] : found.map((one) => one[name]));
  return { mean: each('mean'), stdDev: each('stdDev'), min: each('min'), max: each('max'), modalityUnit: samples.unit, ...uptake(imageId, { suvMean: each('mean'), suvMax: each('max') }) };
}

/** Values of PET as uptake values, in the kind that is read; nothing where they cannot be reckoned. */
function uptake(imageId: string, read: Record<string, number | number[]>): Values {
  const suv = suvAt(imageId);
  if (!suv || 'missing' in suv) return {};
  const each = Object.entries(read).map(([name, value]) => [name, Number(value) * suv.factor]);
  return { ...Object.fromEntries(each), suvUnit: SUV_CODES[suvKind()] };
}

/** The shape of a mark that has an inside. */
export function shapeOf(tool: string, { points, line, closed, imageId }: Subject): Shape | undefined {
  if (tool === 'EllipticalROI' && points.length === 4) return ellipse(middle(points[2], points[3]), half(points[2], points[3]), half(points[1], points[0]));
  if (tool === 'RectangleROI' && points.length === 4) return polygon([points[0], points[1], points[3], points[2]]);
  if (tool === 'CircleROI' && points.length >= 2) return circle(points[0], points[1], imageId);
  return CONTOURS.has(tool) && closed && line.length > 2 ? polygon(line) : undefined;
}

const CONTOURS = new Set(['PlanarFreehandROI', 'SplineROI', 'LivewireContour']);
const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
const half = (a: Point, b: Point): Point => [(b[0] - a[0]) / 2, (b[1] - a[1]) / 2];

/** Round as it is drawn: where pixels are not square it is an ellipse of pixels. */
function circle(centre: Point, edge: Point, imageId: string): Shape {
  const { row, column } = spacingOf(metadataOf(imageId));
  const radius = Math.hypot((edge[0] - centre[0]) * column, (edge[1] - centre[1]) * row);
  return ellipse(centre, [radius / column, 0], [0, radius / row]);
}

function round(subject: Subject): Values {
  const shape = shapeOf('CircleROI', subject);
  if (!shape) return {};
  const across = straight({ ...subject, points: subject.points.slice(0, 2) }).length;
  return { ...area(shape, subject), ...(typeof across === 'number' ? { diameter: 2 * across } : {}) };
}

/** A closed line has an area; an open one is as long as it is; in a spectrum it is the envelope. */
function traced(tool: string, subject: Subject): Values {
  const region = regionAround(regionsOf(metadataOf(subject.imageId)), subject.line);
  if (region && region.x.unit !== region.y.unit) return subject.line.length < 2 ? {} : traceOf(region, subject.line, subject.closed);
  const shape = shapeOf(tool, subject);
  if (shape) return area(shape, subject);
  const steps = stepsAt(subject.imageId, subject.line);
  if (subject.closed || subject.line.length < 2 || steps.xUnit !== steps.yUnit) return {};
  return { length: subject.line.slice(1).reduce((sum, point, index) => sum + length(subject.line[index], point, steps), 0), unit: steps.unit + steps.note };
}

function probe({ points: [place], imageId }: Subject): Values {
  const region = regionAround(regionsOf(metadataOf(imageId)), [place]);
  if (region && region.x.unit !== region.y.unit) return placeIn(region, place);
  const samples = samplesOf(imageId);
  const value = samples && valueAt(samples, place);
  if (!value) return {};
  const one = value.length === 1 ? value[0] : value;
  return { value: one, modalityUnit: samples.unit, ...uptake(imageId, { suv: one }) };
}

/** Time and velocity, or time and depth, where the place lies. */
function placeIn(region: Region, [x, y]: Point): Values {
  return { x: region.x.at(x), xUnit: region.x.unit, y: region.y.at(y), yUnit: region.y.unit };
}

const WAYS: Record<string, (subject: Subject) => Values> = {
  Length: straight,
  Bidirectional: twoDiameters,
  CardiothoracicRatio: cardiothoracic,
  Angle: angle,
  CobbAngle: cobb,
  EllipticalROI: (subject) => regionValues('EllipticalROI', subject),
  RectangleROI: (subject) => regionValues('RectangleROI', subject),
  CircleROI: round,
  PlanarFreehandROI: (subject) => traced('PlanarFreehandROI', subject),
  SplineROI: (subject) => traced('SplineROI', subject),
  LivewireContour: (subject) => traced('LivewireContour', subject),
  Probe: probe,
};

function regionValues(tool: string, subject: Subject): Values {
  const shape = shapeOf(tool, subject);
  return shape ? area(shape, subject) : {};
}

/** The points of a mark in pixels of its picture; undefined where the picture's plane is not known. */
export function subjectOf(imageId: string, data: MarkData): Subject | undefined {
  const places = (all: ArrayLike<number>[] = []) => all.map((place) => pixelAt(imageId, place));
  const [points, line] = [places(data.handles.points), places(data.contour?.polyline)];
  if ([...points, ...line].some((point) => !point)) return undefined;
  return { points: points as Point[], line: line as Point[], closed: data.contour?.closed ?? false, imageId };
}

const known = new WeakMap<object, { key: string; values: Values }>();

/** What `tool` measures on the picture; nothing yet when points are missing. Measured anew only when a point has moved. */
export function measured(tool: string, imageId: string, data: MarkData): Values {
  const key = keyOf(imageId, data);
  const last = known.get(data);
  if (last?.key === key) return last.values;
  const subject = subjectOf(imageId, data);
  const values = subject && WAYS[tool] && isBegun(tool, subject) ? WAYS[tool](subject) : {};
  known.set(data, { key, values });
  return values;
}

function isBegun(tool: string, { points, line }: Subject): boolean {
  return tool === 'Probe' ? points.length > 0 : [points, line].some((places) => places.some(([x, y]) => x !== places[0][0] || y !== places[0][1]));
}

/** Changes when a point moves, when the picture's values arrive, and with the kind of uptake value. */
function keyOf(imageId: string, data: MarkData): string {
  const line = data.contour?.polyline ?? [];
  const sum = line.reduce((total, place, index) => total + (index + 1) * (place[0] + 3 * place[1] + 7 * place[2]), 0);
  const points = data.handles.points.map((place) => Array.from(place).join());
  return [imageId, suvKind(), samplesOf(imageId) ? 1 : 0, data.contour?.closed, line.length, sum, ...points].join(' ');
}
