// Where the further windows of a desk stand: on the machine's other screens where the browser lets a page know of them, else side by side.

export interface Box { left: number; top: number; width: number; height: number }
interface Screen_ { availLeft: number; availTop: number; availWidth: number; availHeight: number }
export interface Screens { screens: Screen_[]; currentScreen: Screen_ }
export type Store = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'lightbox.viewer.screens';
const MOST = 3;

/** One box for each further window: a screen each, other than the one with the report; on too few screens they overlap. */
export function boxesOn({ screens, currentScreen }: Screens, count: number): Box[] {
  const others = screens.filter((one) => one !== currentScreen).sort((a, b) => a.availLeft - b.availLeft || a.availTop - b.availTop);
  const free = others.length ? others : [currentScreen];
  return Array.from({ length: count }, (_, index) => boxOf(free[index % free.length], Math.floor(index / free.length)));
}

/** The second round on a screen stands a little lower, so that both can be seen. */
function boxOf({ availLeft, availTop, availWidth, availHeight }: Screen_, round: number): Box {
  const step = 40 * round;
  return { left: availLeft + step, top: availTop + step, width: availWidth - step, height: availHeight - step };
}

/** Where a browser tells nothing of screens: windows in steps over this one. */
export function boxesNear(own: Box, count: number): Box[] {
  return Array.from({ length: count }, (_, index) => {
    const step = 48 * (index + 1);
    return { left: own.left + step, top: own.top + step, width: Math.round(own.width * 0.7), height: Math.round(own.height * 0.8) };
  });
}

/** As they stood the last time on this machine; no word of a patient is in it. */
export function rememberedBoxes(store: Store): Box[] {
  try {
    const kept = JSON.parse(store.getItem(KEY) ?? '[]') as unknown;
    return Array.isArray(kept) ? kept.filter(isBox).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberBoxes(store: Store, boxes: Box[]): void {
  try {
    store.setItem(KEY, JSON.stringify(boxes.slice(0, MOST)));
  } catch {
    // A full store only forgets where windows stood.
  }
}

function isBox(box: unknown): box is Box {
  const { left, top, width, height } = (box ?? {}) as Record<string, unknown>;
  return [left, top, width, height].every((value) => Number.isFinite(value)) && Number(width) > 0 && Number(height) > 0;
}

export function featuresOf({ left, top, width, height }: Box): string {
  return `popup,left=${left},top=${top},width=${width},height=${height}`;
}
