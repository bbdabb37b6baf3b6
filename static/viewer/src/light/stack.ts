// The pictures of a series in reading order, as addresses of drawings by the server.
import { type DisplaySet, metadataAddress, readBoot, studyOf } from '../boot';
import { type Dataset, number, numbers, text } from '../datasource/dicomjson';
import { hasPixels, inReadingOrder } from '../datasource/order';
import { getJson } from '../datasource/requests';
import { sane } from '../datasource/sane';
import { withoutStrangers } from '../datasource/strangers';
import { folded } from './folded';

export interface Picture {
  instance: string; frame: number; address: string; columns: number; rows: number;
  /** Height of a pixel divided by its width, as the server draws it. */
  aspect: number;
  metadata: () => Dataset;
}

/** The pictures of a series, and how many were left out because they name another patient. */
export interface Stack { pictures: Picture[]; strange: { n: number; number: string } }

const stacks = new Map<string, Promise<Stack>>();

/** Fetched once. Throws RequestFailed, OtherPatient. */
export function stackOf(set: DisplaySet): Promise<Stack> {
  const known = stacks.get(set.key);
  if (known) return known;
  const stack = getJson<Dataset[]>(metadataAddress(set)).then((all) => {
    const { own, strange } = withoutStrangers(all, studyOf(set)?.patientIds ?? []);
    return { pictures: inReadingOrder(own.filter((ds) => isOf(set, ds)).map(sane)).flatMap(framesOf), strange };
  });
  stack.catch(() => stacks.delete(set.key));
  stacks.set(set.key, stack);
  return stack;
}

function isOf(set: DisplaySet, ds: Dataset): boolean {
  return hasPixels(ds) && !set.apart.includes(text(ds, '00080018'));
}

function framesOf(ds: Dataset): Picture[] {
  const instance = text(ds, '00080018');
  const address = `${readBoot().dicomweb}/studies/${text(ds, '0020000D')}/series/${text(ds, '0020000E')}/instances/${instance}/frames`;
  const size = { columns: number(ds, '00280011') ?? 1, rows: number(ds, '00280010') ?? 1, aspect: aspectOf(folded(ds, 1)) };
  return Array.from({ length: Math.max(1, number(ds, '00280008') ?? 1) }, (_, index) => ({
    ...size, instance, frame: index + 1, address: `${address}/${index + 1}/rendered`, metadata: () => folded(ds, index + 1),
  }));
}

/** As the server draws: spacing, else aspect ratio, and nothing that no scanner makes. */
function aspectOf(ds: Dataset): number {
  const shape = [numbers(ds, '00280030'), numbers(ds, '00280034')].find((pair) => pair.length === 2);
  const ratio = shape && shape[1] > 0 ? shape[0] / shape[1] : 1;
  return ratio >= 0.1 && ratio <= 10 ? ratio : 1;
}
