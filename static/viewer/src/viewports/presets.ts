// Window presets by modality: windows by name, and tables of a picture's own.
import { say } from '../boot';
import { type Dataset, text } from '../datasource/dicomjson';
import { type Table, voiTables } from '../datasource/lut';
import { ctWindows, isCt, isNear, nameOfCtWindow, type NamedWindow, stepsAround, storedWindows } from './windows';

export interface Preset extends NamedWindow {
  /** A table of the picture's own instead of a window. */
  table?: Table;
}

/** Presets 1 to 9 for a picture: fixed ones for CT, the stored windows and tables, and steps around them, for all else. */
export function presetsFor(ds: Dataset): Preset[] {
  const stored = [...storedWindows(ds), ...storedTables(ds)];
  if (isCt(ds)) return [...ctWindows(), ...stored.slice(0, 1)];
  const base = stored[0];
  return base ? [...stored.slice(0, 6), ...stepsAround(base)].slice(0, 9) : [];
}

/** By the body part that was examined (PS3.16 annex L) what is looked at first in CT. */
const USUAL: [RegExp, string][] = [
  [/^(HEAD|BRAIN|SKULL)/, 'brain'], [/^(CHEST|LUNG)/, 'lung'], [/^(ABDOMEN|PELVIS)/, 'abdomen'], [/^LIVER/, 'liver'],
  [/SPINE$|^(SHOULDER|CLAVICLE|HUMERUS|ELBOW|FOREARM|WRIST|HAND|HIP|FEMUR|KNEE|LEG|ANKLE|FOOT|EXTREMITY)/, 'bone'],
];

/** The preset that stands in front until another one was used, as it is written; undefined where none does. */
export function usualPreset(ds: Dataset): string | undefined {
  const part = text(ds, '00180015').toUpperCase();
  const [, name] = (isCt(ds) && USUAL.find(([parts]) => parts.test(part))) || [];
  return name && say(`preset.${name}`);
}

/** The name of a fixed preset with that window; empty for the picture's own, undefined for any other. */
export function nameOfWindow(ds: Dataset, centre: number, width: number): string | undefined {
  const [stored] = storedWindows(ds);
  if (stored && isNear(stored, centre, width)) return '';
  return isCt(ds) ? nameOfCtWindow(centre, width) : undefined;
}

/** The table that a picture without a window is first shown with. */
export function firstTable(ds: Dataset): Table | undefined {
  return voiTables(ds)[0];
}

function storedTables(ds: Dataset): Preset[] {
  return voiTables(ds).map((table, index) => {
    const name = table.name || `LUT ${index + 1}`;
    return { name, short: name.slice(0, 12), centre: table.first + table.entries.length / 2, width: table.entries.length, table };
  });
}
