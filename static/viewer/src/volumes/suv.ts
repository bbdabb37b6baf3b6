// Standardised uptake values of PET, from the attributes alone (QIBA's vendor-neutral reckoning): by how much a value of the picture
// is multiplied. Nothing is guessed: what is missing is named.
import { binary, type Dataset, items, number, text, values } from '../datasource/dicomjson';

export type SuvKind = 'bw' | 'lbm' | 'bsa';
export const SUV_UNITS: Record<SuvKind, string> = { bw: 'g/ml', lbm: 'g/ml', bsa: 'cm²/ml' };
export const SUV_CODES: Record<SuvKind, string> = { bw: 'g/ml{SUVbw}', lbm: 'g/ml{SUVlbm}', bsa: 'cm2/ml{SUVbsa}' };

/** `factor` times the picture's value (after its rescale slope) is the uptake value; else `missing` is a word of the viewer. */
export type Suv = { factor: number } | { missing: string };

const DAY_S = 86_400;
const GRAMS = 1000;
const CM2 = 10_000;
const PHILIPS_SUV = '70531000';
const PHILIPS_ACTIVITY = '70531009';
const GE_SCAN_TIME = '0009100D';
/** What a picture whose unit is g/ml says it holds (0054,1006); nothing said means body weight. */
const STORED_KINDS: Record<string, SuvKind> = { '': 'bw', BW: 'bw', LBM: 'lbm', BSA: 'bsa' };

class Missing extends Error {}

/** The factor for `all` pictures of one series. */
export function suvOf(all: Dataset[], kind: SuvKind): Suv {
  try {
    return { factor: factorOf(all, kind) };
  } catch (error) {
    if (error instanceof Missing) return { missing: error.message };
    throw error;
  }
}

function factorOf(all: Dataset[], kind: SuvKind): number {
  const [first] = all;
  if (!first || text(first, '00080060') !== 'PT') throw new Missing('suv.notPet');
  alike(all, '00541001', 'suv.mixedUnits');
  const units = text(first, '00541001');
  if (units === 'BQML') return perActivity(all, kind);
  if (units === 'GML' || units === 'CM2ML') return fromStored(first, units, kind);
  if (units === 'CNTS') return fromCounts(all, kind);
  throw new Missing('suv.units');
}

function alike(all: Dataset[], tag: string, word: string): void {
  if (all.some((ds) => JSON.stringify(values(ds, tag)) !== JSON.stringify(values(all[0], tag)))) throw new Missing(word);
}

/** From Bq/ml: what was given, at the time to which the picture's values are decayed, spread over the body. */
function perActivity(all: Dataset[], kind: SuvKind): number {
  return bodyOf(all[0], kind) / activityAtReference(all);
}

/** Grams of body weight or lean mass, or square centimetres of skin. */
function bodyOf(ds: Dataset, kind: SuvKind): number {
  const weight = positive(number(ds, '00101030'), 'suv.weight');
  if (kind === 'bw') return weight * GRAMS;
  const metres = positive(number(ds, '00101020'), 'suv.height');
  if (kind === 'bsa') return 0.007184 * weight ** 0.425 * (metres * 100) ** 0.725 * CM2;
  return leanMass(weight, metres * 100, text(ds, '00100040')) * GRAMS;
}

/** James (1976), kilograms. */
function leanMass(weight: number, cm: number, sex: string): number {
  if (sex !== 'M' && sex !== 'F') throw new Missing('suv.sex');
  const lean = sex === 'M' ? 1.1 * weight - 120 * (weight / cm) ** 2 : 1.07 * weight - 148 * (weight / cm) ** 2;
  return positive(lean, 'suv.lean');
}

function positive(value: number | undefined, word: string): number {
  if (value === undefined || !(value > 0)) throw new Missing(word);
  return value;
}

/** Becquerels of what was given that are left at the time the values are decayed to. */
function activityAtReference(all: Dataset[]): number {
  const [first] = all;
  const corrected = values(first, '00280051').map(String);
  if (!corrected.includes('ATTN')) throw new Missing('suv.attenuation');
  if (!corrected.includes('DECY')) throw new Missing('suv.decay');
  alike(all, '00541102', 'suv.mixedUnits');
  const drug = items(first, '00540016')[0];
  if (!drug) throw new Missing('suv.drug');
  const given = positive(number(drug, '00181074'), 'suv.dose');
  const correction = text(first, '00541102');
  if (correction === 'ADMIN') return given;
  if (correction !== 'START') throw new Missing('suv.decay');
  const halfLife = positive(number(drug, '00181075'), 'suv.halfLife');
  const start = referenceTime(all, halfLife);
  return given * 2 ** (-sinceInjection(drug, start) / halfLife);
}

/** Seconds from injection to `start`. A time without a day belongs to the scan's day, or to the evening before. */
function sinceInjection(drug: Dataset, start: number): number {
  const stated = secondsOf(text(drug, '00181078'));
  const clock = secondsOfDay(text(drug, '00181072'));
  if (stated === undefined && clock === undefined) throw new Missing('suv.injection');
  let waited = stated === undefined ? (start % DAY_S) - clock! : start - stated;
  if (stated === undefined && waited < 0) waited += DAY_S;
  if (waited < 0 || waited > DAY_S) throw new Missing('suv.injectionLater');
  return waited;
}

/** The time to which the values are decayed: the series', unless that was made later than the pictures; then GE's own, then reckoned. */
function referenceTime(all: Dataset[], halfLife: number): number {
  const acquired = all.map((ds) => whenOf(ds, '00080022', '00080032'));
  const earliest = Math.min(...acquired.map((when) => when ?? Infinity));
  const series = whenOf(all[0], '00080021', '00080031');
  if (earliest === Infinity) throw new Missing('suv.acquired');
  if (series !== undefined && series <= earliest) return series;
  const own = secondsOf(privateText(all[0], GE_SCAN_TIME));
  if (own !== undefined) return own;
  const first = all[acquired.indexOf(earliest)];
  return reckonedStart(first, earliest, halfLife);
}

/** From when in the first frame its mean count was reached (Frame Reference Time counts from the time wanted). */
function reckonedStart(ds: Dataset, acquired: number, halfLife: number): number {
  const duration = positive(number(ds, '00181242'), 'suv.start') / 1000;
  const reference = number(ds, '00541300');
  if (reference === undefined) throw new Missing('suv.start');
  const rate = Math.LN2 / halfLife;
  const during = rate * duration;
  const mean = Math.log(during / (1 - Math.exp(-during))) / rate;
  return acquired + mean - reference / 1000;
}

/** Values that are uptake values already, in one kind; another kind is another measure of the same body. */
function fromStored(ds: Dataset, units: string, kind: SuvKind): number {
  const said = units === 'CM2ML' ? 'BSA' : text(ds, '00541006');
  const stored = STORED_KINDS[said];
  if (!stored) throw new Missing('suv.storedKind');
  return stored === kind ? 1 : bodyOf(ds, kind) / bodyOf(ds, stored);
}

/** Counts are known by Philips' own factors only. */
function fromCounts(all: Dataset[], kind: SuvKind): number {
  const direct = sameFactor(all, PHILIPS_SUV);
  if (direct) return kind === 'bw' ? direct : (direct * bodyOf(all[0], kind)) / bodyOf(all[0], 'bw');
  const activity = sameFactor(all, PHILIPS_ACTIVITY);
  if (!activity) throw new Missing('suv.counts');
  return activity * perActivity(all, kind);
}

function sameFactor(all: Dataset[], tag: string): number {
  const factors = new Set(all.map((ds) => parseFloat(privateText(ds, tag)) || 0));
  if (factors.size > 1) throw new Missing('suv.mixedUnits');
  return [...factors][0];
}

/** A private value; one that the archive could not name is bytes of text. */
function privateText(ds: Dataset, tag: string): string {
  const bytes = binary(ds[tag]);
  return bytes ? new TextDecoder().decode(bytes).replace(/[\0 ]+$/, '').trim() : text(ds, tag);
}

function whenOf(ds: Dataset, day: string, time: string): number | undefined {
  return text(ds, day) && text(ds, time) ? secondsOf(text(ds, day) + text(ds, time)) : undefined;
}

/** DICOM's DT, by the clock on the wall: an offset from UTC is that of the same hospital. */
function secondsOf(when: string): number | undefined {
  const day = /^(\d{4})(\d{2})(\d{2})(\d{2}.*)$/.exec(when.replace(/[+-]\d{4}$/, ''));
  const clock = day ? secondsOfDay(day[4]) : undefined;
  if (!day || clock === undefined) return undefined;
  return Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) / 1000 + clock;
}

function secondsOfDay(time: string): number | undefined {
  const match = /^(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?$/.exec(time.trim());
  return match ? Number(match[1]) * 3600 + Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0) : undefined;
}
