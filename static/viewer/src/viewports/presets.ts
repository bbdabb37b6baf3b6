// Window presets by modality, as data. Values are centre and width, in the units of the picture after its modality LUT.
import { say } from '../boot';
import { type Dataset, numbers, text, values } from '../datasource/dicomjson';
import { type Table, voiTables } from '../datasource/lut';

export interface Preset {
  name: string; short: string; centre: number; width: number;
  /** A table of the picture's own instead of a window. */
  table?: Table;
}

const CT: [string, number, number][] = [
  ['lung', -600, 1500], ['mediastinum', 45, 380], ['bone', 450, 2000], ['brain', 40, 80], ['stroke', 35, 35],
  ['abdomen', 50, 350], ['liver', 90, 150], ['angio', 300, 600],
];

/** Presets 1 to 9 for a picture: fixed ones for CT, the stored windows and tables, and steps around them, for all else. */
export function presetsFor(ds: Dataset): Preset[] {
  const stored = [...storedWindows(ds), ...storedTables(ds)];
  if (text(ds, '00080060') === 'CT') return [...CT.map(([key, centre, width]) => named(key, centre, width)), ...stored.slice(0, 1)];
  const base = stored[0];
  if (!base) return [];
  const steps = [named('softer', base.centre, base.width * 1.6), named('harder', base.centre, base.width * 0.6)];
  return [...stored.slice(0, 6), ...steps].slice(0, 9);
}

function named(key: string, centre: number, width: number): Preset {
  return { name: say(`preset.${key}`), short: say(`preset.${key}`), centre, width };
}

/** The table that a picture without a window is first shown with. */
export function firstTable(ds: Dataset): Table | undefined {
  return storedWindows(ds).length ? undefined : voiTables(ds)[0];
}

function storedTables(ds: Dataset): Preset[] {
  return voiTables(ds).map((table, index) => {
    const name = table.name || `LUT ${index + 1}`;
    return { name, short: name.slice(0, 12), centre: table.first + table.entries.length / 2, width: table.entries.length, table };
  });
}

function storedWindows(ds: Dataset): Preset[] {
  const widths = numbers(ds, '00281051');
  const words = values(ds, '00281055').map((word) => String(word ?? ''));
  return numbers(ds, '00281050').flatMap((centre, index) => {
    const width = widths[index];
    if (!(width > 0)) return [];
    const name = words[index] || (index === 0 ? say('preset.stored') : `${say('preset.stored')} ${index + 1}`);
    return [{ name, short: name.slice(0, 12), centre, width }];
  });
}
