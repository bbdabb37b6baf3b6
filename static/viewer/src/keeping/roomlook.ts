// What was kept of a volume room, as far as it still holds; what does not is as at first.
import type { RoomLook } from '../boot';

const SLABS: unknown[] = ['thin', 'mip', 'minip', 'mean'];
/** Directions are as long as 1, and at right angles, up to this. */
const SQUARE = 1e-3;

export function soundRoomLook({ kind, pane, ...look }: RoomLook): RoomLook {
  const { slab, thickness, centre, width, most, blend } = look;
  const isThick = SLABS.includes(slab) && isFiniteNumber(thickness) && thickness > 0;
  const isWindow = isFiniteNumber(centre) && isFiniteNumber(width) && width > 0;
  return {
    kind,
    pane,
    ...(isThick ? { slab, thickness } : { slab: 'thin', thickness: 10 }),
    place: numbers(look.place, 3),
    share: numbers(look.share, 3),
    directions: all(look.directions, isSquare),
    framed: all(look.framed, (one) => numbers(one, 4) !== undefined && one[3] > 0),
    ...(isWindow ? { centre, width } : {}),
    invert: look.invert === true,
    fusion: word(look.fusion),
    suv: word(look.suv),
    preset: word(look.preset),
    blend: isFiniteNumber(blend) && blend >= 0 && blend <= 100 ? blend : undefined,
    most: isFiniteNumber(most) && most > 0 ? most : undefined,
    crop: numbers(look.crop, 6),
    alone: isFiniteNumber(look.alone) ? look.alone : undefined,
  };
}

/** One for each view, or none. */
function all(kept: unknown, isSound: (one: number[]) => boolean): number[][] | undefined {
  return Array.isArray(kept) && kept.length > 0 && kept.every(isSound) ? (kept as number[][]) : undefined;
}

function isSquare(one: number[]): boolean {
  const [a, b, c, d, e, f] = numbers(one, 6) ?? [];
  return Math.abs(Math.hypot(a, b, c) - 1) <= SQUARE && Math.abs(Math.hypot(d, e, f) - 1) <= SQUARE && Math.abs(a * d + b * e + c * f) <= SQUARE;
}

function numbers(kept: unknown, count: number): number[] | undefined {
  return Array.isArray(kept) && kept.length === count && kept.every(isFiniteNumber) ? (kept as number[]) : undefined;
}

/** Its meaning is for who uses it. */
function word(kept: unknown): string | undefined {
  return typeof kept === 'string' ? kept : undefined;
}

export function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
