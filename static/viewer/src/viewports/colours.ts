// False colours for grey pictures, as data: from black to white, each a place from 0 to 1 with its red, green and blue.
import { type Types, utilities } from '@cornerstonejs/core';

type Node = [place: number, red: number, green: number, blue: number];

export const COLOURS: Record<string, Node[]> = {
  grey: [[0, 0, 0, 0], [1, 1, 1, 1]],
  // The names and courses of the palettes in PS3.6 annex B.1.
  'hot-iron': [[0, 0, 0, 0], [0.5, 1, 0, 0], [0.75, 1, 0.5, 0], [1, 1, 1, 1]],
  pet: [[0, 0, 0, 0], [0.25, 0, 0.5, 0.75], [0.5, 0.5, 0, 0.75], [0.75, 1, 0.5, 0.2], [1, 1, 1, 1]],
  rainbow: [[0, 0, 0, 0.5], [0.2, 0, 0, 1], [0.4, 0, 1, 1], [0.6, 0, 1, 0], [0.8, 1, 1, 0], [1, 1, 0, 0]],
};

const nameOf = (name: string) => `lightbox-${name}`;

export function registerColours(): void {
  for (const [name, nodes] of Object.entries(COLOURS)) {
    utilities.colormap.registerColormap({ ColorSpace: 'RGB', Name: nameOf(name), name: nameOf(name), RGBPoints: nodes.flat() } as never);
  }
}

export function colourMap(name: string): { name: string } {
  return { name: nameOf(name) };
}

/** Window, negative and greys as at first; gives whether all of it was done. The engine does not find its greys again where it began with a picture that is all of one value;
 * all else is done by then. */
export function resetProperties(viewport: Types.IStackViewport): boolean {
  try {
    viewport.resetProperties();
    return true;
  } catch {
    return false;
  }
}
