// Contours of a structure and the planes that cut them. A contour stands for a slab half as thick as the way to its neighbours.
import { cross, depthOf, dot, minus, onCut, unitOf, type Way } from './planar';
import type { Point, Structure } from './types';

export interface Level { depth: number; loops: number[][][] }
export interface Levels { normal: number[]; levels: Level[]; half: number }

const SAME_DEPTH = 0.05;
const FLAT_MM = 0.5;
/** Below this the plane runs across the contours rather than along them: they are cut to chords. */
const ALONG = 0.02;
const NO_NEIGHBOUR_MM = 1;

/** The closed contours of a structure by the depth at which they lie; undefined when there are none. */
export function levelsOf(structure: Pick<Structure, 'contours'>): Levels | undefined {
  const loops = structure.contours.filter(({ type, places }) => type.startsWith('CLOSED') && places.length > 2).map(({ places }) => places);
  const normal = loops.map(normalOf).find((one) => one !== undefined);
  if (!normal) return undefined;
  const levels: Level[] = [];
  for (const loop of loops) {
    const depths = loop.map((place) => dot(place, normal));
    const depth = depths[0];
    if (Math.max(...depths) - Math.min(...depths) > FLAT_MM) continue;
    const level = levels.find((one) => Math.abs(one.depth - depth) < SAME_DEPTH);
    if (level) level.loops.push(loop);
    else levels.push({ depth, loops: [loop] });
  }
  levels.sort((a, b) => a.depth - b.depth);
  const gaps = levels.slice(1).map(({ depth }, index) => depth - levels[index].depth);
  return { normal, levels, half: (gaps.length ? Math.min(...gaps) : NO_NEIGHBOUR_MM) / 2 };
}

/** By Newell's method, so that the first corners may lie on a line. */
function normalOf(loop: number[][]): number[] | undefined {
  const sum = loop.reduce((total, place, index) => {
    const part = cross(minus(place, loop[0]), minus(loop[(index + 1) % loop.length], loop[0]));
    return total.map((one, axis) => one + part[axis]);
  }, [0, 0, 0]);
  return Math.hypot(...sum) > 1e-6 ? unitOf(sum) : undefined;
}

export interface Path { outlines: Point[][]; clip?: Point[] }
/** The outlines that a level has in the plane, and the strip beyond which its slab ends. */
export function pathsOf(cut: Way, normal: number[], { depth, loops }: Level, half: number): Path[] {
  const cosine = dot(normal, cut.normal);
  if (Math.abs(cosine) < ALONG) return chordsOf(cut, normal, loops, half);
  const aways = loops.map((loop) => loop.map((place) => -depthOf(cut, place) / cosine));
  const least = Math.min(...aways.flat());
  const most = Math.max(...aways.flat());
  if (least > half || most < -half) return [];
  const outlines = loops.map((loop, index) => loop.map((place, at) => onCut(cut, place.map((part, axis) => part + normal[axis] * aways[index][at]))));
  return [{ outlines, ...(least < -half || most > half ? { clip: strip(cut, normal, depth, half) } : {}) }];
}

/** The part of the screen whose places are no farther than `half` from a depth. */
function strip(cut: Way, normal: number[], depth: number, half: number): Point[] {
  const [start, perX, perY] = [dot(cut.origin, normal) - depth, dot(cut.right, normal), dot(cut.down, normal)];
  const steep = perX * perX + perY * perY;
  const middle: Point = [(-start * perX) / steep, (-start * perY) / steep];
  const [over, along] = [half / Math.sqrt(steep), 4 * (cut.width + cut.height) + Math.hypot(...middle)];
  const [u, v] = [perX / Math.sqrt(steep), perY / Math.sqrt(steep)];
  return ([[1, 1], [1, -1], [-1, -1], [-1, 1]] as Point[]).map(([a, b]) => [middle[0] + a * over * u - b * along * v, middle[1] + a * over * v + b * along * u]);
}

/** Where the plane cuts through upright slabs: between each odd and the next even crossing of their edges. */
function chordsOf(cut: Way, normal: number[], loops: number[][][], half: number): Path[] {
  const along = unitOf(cross(normal, cut.normal));
  const crossings = loops.flatMap((loop) => loop.flatMap((place, index) => crossingOf(cut, place, loop[(index + 1) % loop.length])));
  crossings.sort((a, b) => dot(a, along) - dot(b, along));
  const moved = (place: number[], way: number) => onCut(cut, place.map((part, axis) => part + normal[axis] * half * way));
  const paths: Path[] = [];
  for (let at = 0; at + 1 < crossings.length; at += 2) {
    const [from, to] = [crossings[at], crossings[at + 1]];
    paths.push({ outlines: [[moved(from, -1), moved(to, -1), moved(to, 1), moved(from, 1)]] });
  }
  return paths;
}

function crossingOf(cut: Way, from: number[], to: number[]): number[][] {
  const [a, b] = [depthOf(cut, from), depthOf(cut, to)];
  return a >= 0 === b >= 0 ? [] : [from.map((part, axis) => part + ((to[axis] - part) * a) / (a - b))];
}
