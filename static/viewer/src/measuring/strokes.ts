// Whether something was drawn at all: a press of the button without a movement is no mark.

type Place = ArrayLike<number>;

/** The points between which each tool draws. */
const STROKES: Record<string, [from: number, to: number][]> = {
  Length: [[0, 1]],
  Bidirectional: [[0, 1]],
  CardiothoracicRatio: [[0, 1], [2, 3]],
  Angle: [[0, 1], [1, 2]],
  CobbAngle: [[0, 1], [2, 3]],
  EllipticalROI: [[0, 1], [2, 3]],
  CircleROI: [[0, 1]],
  RectangleROI: [[0, 1], [0, 2]],
};
/** Less than this the engine takes for a click (of the screen's pixels). */
const SHORTEST = 3;

/** `places`: the points of a mark of `tool` on the screen. */
export function isTooShort(tool: string, places: Place[]): boolean {
  return (STROKES[tool] ?? []).some(([from, to]) => !places[from] || !places[to] || distance(places[from], places[to]) < SHORTEST);
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
