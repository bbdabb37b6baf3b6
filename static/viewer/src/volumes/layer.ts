// One volume in the volume room, and how its values read: Hounsfield units, uptake values, or as they are.
import type { Types } from '@cornerstonejs/core';
import { say } from '../boot';
import { metadataOf } from '../datasource/datasource';
import { text } from '../datasource/dicomjson';
import { lossyMark } from '../datasource/lossy';
import { unitOf } from '../datasource/samples';
import { doubtsOf } from '../datasource/sane';
import type { Vector } from './geometry';
import { SUV_CODES, SUV_UNITS, type Suv } from './suv';
import { suvKind, suvOfSeries } from './suvkind';
import { type Loaded, valueAt } from './volumes';

/** UCUM's codes for the units that pictures name. */
const CODES: Record<string, string> = { HU: 'HU', 'Bq/mL': 'Bq/ml', 'g/mL': 'g/ml', 'mg/mL': 'mg/ml', '%': '%', '10²³/mL': '10*23/ml' };

export class Layer {
  readonly modality: string;
  /** The unit that its slices name; none where they do not agree. */
  private readonly named: string;
  /** What is said over its pictures: that they lost something when they were coded, and what of their headers cannot be true. */
  readonly warnings: string[];

  constructor(readonly volume: Loaded) {
    const slices = volume.geometry.ids.map(metadataOf);
    this.modality = text(slices[0], '00080060');
    const units = new Set(slices.map(unitOf));
    this.named = units.size === 1 ? unitOf(slices[0]) : '';
    const doubts = new Set(slices.flatMap(doubtsOf).map((doubt) => say(`doubt.${doubt}`)));
    this.warnings = [slices.map(lossyMark).find(Boolean) ?? '', ...doubts].filter(Boolean);
  }

  get id(): string {
    return this.volume.id;
  }

  suv(): Suv {
    return suvOfSeries(this.volume.geometry.ids);
  }

  /** By what a value is multiplied to be shown. */
  get factor(): number {
    const suv = this.modality === 'PT' ? this.suv() : undefined;
    return suv && 'factor' in suv ? suv.factor : 1;
  }

  get isSuv(): boolean {
    return this.modality === 'PT' && 'factor' in this.suv();
  }

  /** The name of what is read, and its unit. */
  get name(): string {
    return this.isSuv ? `SUV ${suvKind()}` : this.modality;
  }

  get unit(): string {
    if (this.isSuv) return SUV_UNITS[suvKind()];
    const isCounts = text(metadataOf(this.volume.geometry.ids[0]), '00541001') === 'CNTS';
    return this.named || (isCounts ? say('counts') : '');
  }

  /** The same by UCUM, as documents say it. */
  get ucum(): string {
    if (this.isSuv) return SUV_CODES[suvKind()];
    return CODES[this.named] ?? '';
  }

  /** Uptake is read by its peak too. */
  get hasPeak(): boolean {
    return this.modality === 'PT';
  }

  read(place: Vector): string {
    const value = valueAt(this.volume, place);
    return value === undefined ? '' : this.shown(value);
  }

  shown(value: number): string {
    const read = value * this.factor;
    const digits = this.isSuv ? 2 : Math.abs(read) >= 10 || Number.isInteger(read) ? 0 : 2;
    return `${this.name} ${read.toFixed(digits).replace('-', '−')} ${this.unit}`.trim();
  }

  /** The window that uptake values are read with: nothing is white, `most` is black. */
  rangeTo(most: number): Types.VOIRange {
    return { lower: 0, upper: most / this.factor };
  }
}
