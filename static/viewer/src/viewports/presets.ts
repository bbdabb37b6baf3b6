// Window presets by modality: windows by name, and tables of a picture's own.
import type { Dataset } from '../datasource/dicomjson';
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
