// Windows by name: fixed ones for CT, those that a picture names, and steps around them. Values are centre and width, in the units of the
// picture after its modality LUT.
import { say } from '../boot';
import { type Dataset, numbers, text, values } from '../datasource/dicomjson';

export interface NamedWindow { name: string; short: string; centre: number; width: number }

const CT: [string, number, number][] = [
  ['lung', -600, 1500], ['mediastinum', 45, 380], ['bone', 450, 2000], ['brain', 40, 80], ['stroke', 35, 35],
  ['abdomen', 50, 350], ['liver', 90, 150], ['angio', 300, 600],
];

export function isCt(ds: Dataset): boolean {
  return text(ds, '00080060') === 'CT';
}

export function ctWindows(): NamedWindow[] {
  return CT.map(([key, centre, width]) => named(key, centre, width));
}

/** Centre and width of a fixed window by its name. */
export function fixedWindow(name: string): { centre: number; width: number } | undefined {
  const found = CT.find(([key]) => key === name);
  return found && { centre: found[1], width: found[2] };
}

export function isNear(window: { centre: number; width: number }, centre: number, width: number): boolean {
  return Math.abs(window.centre - centre) <= 1 && Math.abs(window.width - width) <= 1;
}

export function nameOfCtWindow(centre: number, width: number): string | undefined {
  return CT.find(([, c, w]) => isNear({ centre: c, width: w }, centre, width))?.[0];
}

/** A softer and a harder one. */
export function stepsAround({ centre, width }: NamedWindow): NamedWindow[] {
  return [named('softer', centre, width * 1.6), named('harder', centre, width * 0.6)];
}

function named(key: string, centre: number, width: number): NamedWindow {
  return { name: say(`preset.${key}`), short: say(`preset.${key}`), centre, width };
}

export function storedWindows(ds: Dataset): NamedWindow[] {
  const widths = numbers(ds, '00281051');
  const words = values(ds, '00281055').map((word) => String(word ?? ''));
  return numbers(ds, '00281050').flatMap((centre, index) => {
    const width = widths[index];
    if (!(width > 0)) return [];
    const name = words[index] || (index === 0 ? say('preset.stored') : `${say('preset.stored')} ${index + 1}`);
    return [{ name, short: name.slice(0, 12), centre, width }];
  });
}
