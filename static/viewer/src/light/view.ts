// Where a picture lies on the screen: sizes in pixels of the style sheet, `x` and `y` from the middle of the stage to that of the picture.

export interface Size { width: number; height: number }
export interface View { zoom: number; x: number; y: number }
export type Point = [x: number, y: number];
interface Shape { columns: number; rows: number; aspect: number }

export const FITTED: View = { zoom: 1, x: 0, y: 0 };
const [LEAST, MOST] = [0.5, 16];

/** Pixels of the screen for a column of the picture when all of it fits. */
export function fitScale(stage: Size, { columns, rows, aspect }: Shape): number {
  return Math.min(stage.width / columns, stage.height / (rows * aspect)) || 1;
}

/** Left, top, width and height of the picture on the stage. */
export function boxOf(stage: Size, shape: Shape, view: View): [number, number, number, number] {
  const scale = fitScale(stage, shape) * view.zoom;
  const [width, height] = [shape.columns * scale, shape.rows * shape.aspect * scale];
  return [stage.width / 2 + view.x - width / 2, stage.height / 2 + view.y - height / 2, width, height];
}

/** Nearer or further, with what is under `at` staying there. */
export function zoomed(view: View, factor: number, [x, y]: Point, stage: Size): View {
  const zoom = Math.min(MOST, Math.max(LEAST, view.zoom * factor));
  const by = zoom / view.zoom;
  const [dx, dy] = [x - stage.width / 2, y - stage.height / 2];
  return { zoom, x: dx - (dx - view.x) * by, y: dy - (dy - view.y) * by };
}

export function moved(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** The same, but never so far that the picture is lost: its middle half stays on the stage. */
export function held(view: View, stage: Size, shape: Shape): View {
  const [, , width, height] = boxOf(stage, shape, view);
  const limit = (value: number, most: number) => Math.min(most, Math.max(-most, value));
  return { zoom: view.zoom, x: limit(view.x, Math.max(width, stage.width) / 2), y: limit(view.y, Math.max(height, stage.height) / 2) };
}

/** Column and row under a place of the stage. */
export function pixelUnder([x, y]: Point, stage: Size, shape: Shape, view: View): Point {
  const [left, top, width, height] = boxOf(stage, shape, view);
  return [((x - left) / width) * shape.columns, ((y - top) / height) * shape.rows];
}

/** Where a pixel of the picture is on the stage. */
export function placeOfPixel([column, row]: Point, stage: Size, shape: Shape, view: View): Point {
  const [left, top, width, height] = boxOf(stage, shape, view);
  return [left + (column / shape.columns) * width, top + (row / shape.rows) * height];
}

/** The part of the picture that is on the stage, as left, top, width and height in its pixels; nothing when it is all there, or away. */
export function partSeen(stage: Size, shape: Shape, view: View): [number, number, number, number] | undefined {
  const [left, top] = pixelUnder([0, 0], stage, shape, view);
  const [right, bottom] = pixelUnder([stage.width, stage.height], stage, shape, view);
  const [x, y] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  const [width, height] = [Math.min(shape.columns, Math.ceil(right)) - x, Math.min(shape.rows, Math.ceil(bottom)) - y];
  if (width < 1 || height < 1 || (width >= shape.columns && height >= shape.rows)) return undefined;
  return [x, y, width, height];
}
