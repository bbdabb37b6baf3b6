// A length between two pixels, in millimetres where the picture says how large they are.
import type { Dataset } from '../datasource/dicomjson';
import { regionsOf } from '../measuring/regions';
import { spacingOf } from '../measuring/spacing';
import type { Point } from './view';

/** "28.4 mm", "28.4 mm (detector)" or "57 px"; `atDetector` stands after a length that is not that in the patient, `perhaps` where that is not said. */
export function lengthText(ds: Dataset, from: Point, to: Point, atDetector: string, perhaps: string): string {
  const { row, column, scale } = spacingOf(ds);
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const note = { patient: '', unsaid: ` ${perhaps}`, detector: ` ${atDetector}`, region: undefined, none: undefined }[scale];
  if (note !== undefined) return `${Math.hypot(dx * column, dy * row).toFixed(1)} mm${note}`;
  const region = regionsOf(ds).find((one) => [from, to].every(([x, y]) => x >= one.left && x <= one.right && y >= one.top && y <= one.bottom));
  if (region?.x.unit === 'mm' && region.y.unit === 'mm') return `${Math.hypot(dx * region.x.step, dy * region.y.step).toFixed(1)} mm`;
  return `${Math.hypot(dx, dy).toFixed(0)} px`;
}
