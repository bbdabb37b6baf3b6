// How large a pixel is, and where that is known from.
import { type Dataset, number, numbers, text } from '../datasource/dicomjson';
import { regionsOf } from './regions';

export type Scale = 'patient' | 'unsaid' | 'detector' | 'region' | 'none';

/** Projections: a pixel of the patient is smaller than its shadow on the detector. */
const PROJECTIONS = ['CR', 'DX', 'IO', 'MG', 'PX', 'RF', 'RG', 'XA'];

interface Spacing {
  row: number; column: number; scale: Scale;
  /** By how much the detector's pixels were divided to get those of the patient. */
  magnification?: number;
}

/** Row and column spacing with where it comes from: the patient, the detector plane, an ultrasound region, or nothing. Of a projection
 * that tells only its Pixel Spacing, and not how that was calibrated, it is not said which of the first two (PS3.3 10.7.1.3). */
export function spacingOf(ds: Dataset): Spacing {
  const [row, column] = numbers(ds, '00280030');
  const detector = detectorSpacing(ds);
  if (row > 0 && column > 0 && !isDetectorSpacing(ds, row, detector)) return { row, column, scale: isUnsaid(ds, detector) ? 'unsaid' : 'patient' };
  if (detector) return fromDetector(ds, detector);
  return { ...shapeOf(ds), scale: regionsOf(ds).length > 0 ? 'region' : 'none' };
}

/** Imager pixel spacing, or that of the scanned film. */
function detectorSpacing(ds: Dataset): number[] | undefined {
  return ['00181164', '00182010'].map((tag) => numbers(ds, tag)).find(([row, column]) => row > 0 && column > 0);
}

function fromDetector(ds: Dataset, [row, column]: number[]): Spacing {
  const magnification = magnificationOf(ds);
  if (!magnification) return { row, column, scale: 'detector' };
  return { row: row / magnification, column: column / magnification, scale: 'patient', magnification };
}

/** Estimated Radiographic Magnification Factor, else from the distances of the source to the detector and to the patient (PS3.3 C.8.7.5). */
function magnificationOf(ds: Dataset): number | undefined {
  const stated = number(ds, '00181114');
  if (stated && stated > 0) return stated;
  const [toDetector, toPatient] = [number(ds, '00181110') ?? 0, number(ds, '00181111') ?? 0];
  return toPatient > 0 && toDetector >= toPatient ? toDetector / toPatient : undefined;
}

function isDetectorSpacing(ds: Dataset, row: number, detector: number[] | undefined): boolean {
  const calibrated = text(ds, '00280A02');
  return !calibrated && detector !== undefined && Math.abs(detector[0] - row) < 1e-6;
}

function isUnsaid(ds: Dataset, detector: number[] | undefined): boolean {
  return !detector && !text(ds, '00280A02') && PROJECTIONS.includes(text(ds, '00080060'));
}

/** Without a size, the shape of a pixel: its height where its width is one (PS3.3 C.7.6.3.1.7). */
function shapeOf(ds: Dataset): { row: number; column: number } {
  const [high, wide] = numbers(ds, '00280034');
  return { row: high > 0 && wide > 0 ? high / wide : 1, column: 1 };
}
