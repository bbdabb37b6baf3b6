// The windows that are offered for a picture, by name; the first is what the picture itself asks for.
import { say } from '../boot';
import { type Dataset, isColour } from '../datasource/dicomjson';
import { ctWindows, isCt, stepsAround, storedWindows } from '../viewports/windows';

export interface Choice { name: string; window: [centre: number, width: number] | undefined }

/** Colour has none. */
export function choicesFor(ds: Dataset): Choice[] {
  if (isColour(ds)) return [];
  const stored = storedWindows(ds);
  const named = isCt(ds) ? ctWindows() : [...stored.slice(1, 6), ...(stored[0] ? stepsAround(stored[0]) : [])];
  return [{ name: say('preset.stored'), window: undefined }, ...named.map(({ name, centre, width }): Choice => ({ name, window: [centre, width] }))];
}
