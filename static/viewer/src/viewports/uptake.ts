// The window in which PET without one of its own is first shown, so that neither an empty slice nor the bladder decides.
import { type Dataset, number, text } from '../datasource/dicomjson';
import { suvOf } from '../volumes/suv';

/** Uptake by body weight up to here is told apart by eye. */
const MOST_SUV = 7;
/** Of the largest value: what is far above all else takes the rest. */
const SHARE = 0.5;

/** From nothing to seven times the mean uptake of the body where that can be reckoned, else over what the headers of the series tell of its values;
 * undefined for other pictures, and where they tell nothing. */
export function uptakeRange(all: Dataset[]): { lower: number; upper: number } | undefined {
  if (text(all[0] ?? {}, '00080060') !== 'PT') return undefined;
  const suv = suvOf(all, 'bw');
  if ('factor' in suv) return { lower: 0, upper: MOST_SUV / suv.factor };
  const most = largestOf(all);
  return most > 0 ? { lower: 0, upper: most * SHARE } : undefined;
}

/** The largest value of the series after its rescale: said by the pictures, or the end of what they can hold where each has a slope of its own. */
function largestOf(all: Dataset[]): number {
  const hasOwnSlopes = new Set(all.map(slopeOf)).size > 1;
  const tops = all.map((ds) => {
    const stored = number(ds, '00280107') ?? number(ds, '00280109') ?? (hasOwnSlopes ? fullScale(ds) : 0);
    return stored * slopeOf(ds) + (number(ds, '00281052') ?? 0);
  });
  return tops.reduce((most, top) => Math.max(most, top), 0);
}

function slopeOf(ds: Dataset): number {
  return number(ds, '00281053') ?? 1;
}

function fullScale(ds: Dataset): number {
  return 2 ** ((number(ds, '00280101') ?? 16) - (number(ds, '00280103') === 1 ? 1 : 0)) - 1;
}
