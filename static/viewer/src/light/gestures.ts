// Fingers, mouse and keys on the stage, as what they mean.
import type { Point } from './view';

interface Wishes {
  /** A finger was put down, to scroll or to draw. */
  begin: (at: Point) => void;
  /** One finger has moved, by so much since it was put down. */
  drag: (at: Point, dx: number, dy: number) => void;
  end: () => void;
  /** Two fingers: so much nearer, around this place, and moved. */
  pinch: (factor: number, at: Point, dx: number, dy: number) => void;
  twice: (at: Point) => void;
  wheel: (step: number) => void;
}

const DOUBLE_MS = 320;
const STILL = 12;
const WHEEL_FACTOR = 1.15;

export function watchGestures(stage: HTMLElement, wishes: Wishes): void {
  const fingers = new Map<number, Point>();
  let start: Point = [0, 0];
  let lastTap = { at: 0, place: [0, 0] as Point };
  let isMany = false;
  const place = (event: MouseEvent): Point => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = (): [Point, number] => {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    return [[(ax + bx) / 2, (ay + by) / 2], Math.hypot(bx - ax, by - ay) || 1];
  };

  stage.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    if (fingers.size > 1) {
      if (!isMany) wishes.end();
      isMany = true;
      return;
    }
    isMany = false;
    start = place(event);
    wishes.begin(start);
  });
  stage.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return;
    const at = place(event);
    if (fingers.size === 2) {
      const [before, apart] = middle();
      fingers.set(event.pointerId, at);
      const [now, spread] = middle();
      wishes.pinch(spread / apart, now, now[0] - before[0], now[1] - before[1]);
      return;
    }
    fingers.set(event.pointerId, at);
    // What is left of two fingers does not scroll.
    if (!isMany && fingers.size === 1) wishes.drag(at, at[0] - start[0], at[1] - start[1]);
  });
  const lifted = (event: PointerEvent) => {
    const at = fingers.get(event.pointerId);
    if (!at) return;
    fingers.delete(event.pointerId);
    if (isMany) return;
    wishes.end();
    const isStill = Math.hypot(at[0] - start[0], at[1] - start[1]) < STILL;
    if (event.type === 'pointercancel' || !isStill) return;
    const isNear = Math.hypot(at[0] - lastTap.place[0], at[1] - lastTap.place[1]) < 3 * STILL;
    const isSecond = event.timeStamp - lastTap.at < DOUBLE_MS && isNear;
    lastTap = { at: isSecond ? 0 : event.timeStamp, place: at };
    if (isSecond) wishes.twice(at);
  };
  stage.addEventListener('pointerup', lifted);
  stage.addEventListener('pointercancel', lifted);
  stage.addEventListener('wheel', (event) => {
    event.preventDefault();
    if (event.ctrlKey) wishes.pinch(event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR, place(event), 0, 0);
    else wishes.wheel(Math.sign(event.deltaY));
  }, { passive: false });
}
