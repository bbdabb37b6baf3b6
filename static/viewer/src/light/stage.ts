// The one picture on the screen: drawn by the server, coarse first, placed and enlarged here.
import { say } from '../boot';
import { explain, statusOf } from '../status';
import { addressOf, drawing, isHere, type Look } from './drawings';
import { lengthText } from './ruler';
import type { Picture } from './stack';
import { boxOf, FITTED, fitScale, held, partSeen, placeOfPixel, type Point, type Size, type View } from './view';

export const COARSE: Look = { side: 160, quality: 55 };
const FINE_QUALITY = 85;
const LARGEST_SIDE = 1600;
/** While pictures pass, only coarse ones are asked for. */
const SETTLE_MS = 140;
const AGAIN_MS = 5000;
const INK = '#e8c766';

type Part = [number, number, number, number];

export class Stage {
  view: View = FITTED;
  window: [number, number] | undefined;
  picture: Picture | undefined;
  line: [Point, Point] | undefined;
  private drawn: ImageBitmap | undefined;
  private detail: { bitmap: ImageBitmap; part: Part } | undefined;
  private turn = 0;
  private timer = 0;
  private asking = new AbortController();
  private readonly context: CanvasRenderingContext2D;

  constructor(readonly element: HTMLElement, private readonly canvas: HTMLCanvasElement, private readonly changed: () => void) {
    this.context = canvas.getContext('2d')!;
    new ResizeObserver(() => this.resized()).observe(element);
    window.addEventListener('online', () => this.picture && !this.drawn && void this.show(this.picture));
  }

  get size(): Size {
    return { width: this.element.clientWidth || 1, height: this.element.clientHeight || 1 };
  }

  /** Show a picture; the last call wins, and what was asked for earlier pictures is given up. */
  async show(picture: Picture): Promise<void> {
    const turn = ++this.turn;
    if (picture !== this.picture) this.line = undefined;
    this.picture = picture;
    this.detail = undefined;
    window.clearTimeout(this.timer);
    this.asking.abort();
    this.asking = new AbortController();
    const fine = addressOf(picture, this.fineLook());
    const isQuick = isHere(fine);
    if (!(await this.take(isQuick ? fine : addressOf(picture, { ...COARSE, window: this.window }), turn, !isQuick))) return;
    if (!isQuick) this.timer = window.setTimeout(() => void this.refine(turn, fine), SETTLE_MS);
    else this.later(turn);
  }

  private fineLook(): Look {
    const { columns, rows, aspect } = this.picture!;
    const own = Math.ceil(Math.max(columns, rows * aspect));
    return { window: this.window, quality: FINE_QUALITY, side: Math.max(1, Math.min(own, this.screenSide(), LARGEST_SIDE)) };
  }

  private screenSide(): number {
    // While the report is shown the stage has no size yet.
    const [width, height] = this.element.clientWidth ? [this.size.width, this.size.height] : [window.innerWidth, window.innerHeight];
    return Math.ceil(Math.max(width, height) * (window.devicePixelRatio || 1));
  }

  private async refine(turn: number, fine: string): Promise<void> {
    if (await this.take(fine, turn, false)) this.later(turn);
  }

  /** Put a drawing on the stage if it is still wanted; whether it was. */
  private async take(address: string, turn: number, isCoarse: boolean): Promise<boolean> {
    try {
      const bitmap = await drawing(address, this.asking.signal);
      if (turn !== this.turn) return false;
      this.drawn = bitmap;
      this.element.toggleAttribute('data-coarse', isCoarse);
      this.element.dataset.shown = 'image';
      this.message('');
    } catch (error) {
      if (turn !== this.turn || this.asking.signal.aborted) return false;
      this.lost(error, turn);
    }
    this.draw();
    this.changed();
    return this.drawn !== undefined;
  }

  /** Black where the picture should be, and why: never the one before under this one's number. */
  private lost(error: unknown, turn: number): void {
    this.drawn = undefined;
    this.element.dataset.shown = 'none';
    this.element.removeAttribute('data-coarse');
    const status = statusOf(error);
    if (status === 0) {
      this.message(say('light.offline'), say('light.offlineHint'));
      this.timer = window.setTimeout(() => turn === this.turn && void this.show(this.picture!), AGAIN_MS);
    } else if (status === 401 || status === 403 || status === 404) {
      const { text, hint } = explain(error);
      this.message(text, hint);
    } else this.message(say('light.notShown'), say('light.notShownHint'));
  }

  message(text: string, hint = ''): void {
    const box = this.element.querySelector<HTMLElement>('[data-message]')!;
    box.hidden = !text;
    box.querySelector('[data-text]')!.textContent = text;
    box.querySelector('[data-hint]')!.textContent = hint;
  }

  /** Nothing to show, for a reason. */
  clear(text: string, hint = ''): void {
    this.turn++;
    window.clearTimeout(this.timer);
    this.asking.abort();
    this.picture = this.drawn = this.detail = this.line = undefined;
    this.element.dataset.shown = 'none';
    this.element.removeAttribute('data-coarse');
    this.message(text, hint);
    this.draw();
  }

  move(view: View): void {
    this.view = this.picture ? held(view, this.size, this.picture) : view;
    this.draw();
    this.later(this.turn);
  }

  fit(): void {
    this.move(FITTED);
  }

  /** Where more of the stored picture can be seen than was sent, that part is fetched once the fingers rest. */
  private later(turn: number): void {
    if (!this.picture || this.element.hasAttribute('data-coarse')) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.sharpen(turn), 2 * SETTLE_MS);
  }

  private async sharpen(turn: number): Promise<void> {
    const { picture, size, view, drawn } = this;
    if (!picture || !drawn || turn !== this.turn) return;
    const part = partSeen(size, picture, view);
    const shown = fitScale(size, picture) * view.zoom * (window.devicePixelRatio || 1);
    const sent = drawn.width / picture.columns;
    if (!part || shown < 1.2 * sent || sent >= 1) return;
    const side = Math.ceil(Math.min(Math.max(part[2], part[3] * picture.aspect), this.screenSide(), LARGEST_SIDE));
    const bitmap = await drawing(addressOf(picture, { window: this.window, quality: FINE_QUALITY, side, part }), this.asking.signal).catch(() => undefined);
    if (!bitmap || turn !== this.turn) return;
    this.detail = { bitmap, part };
    this.draw();
  }

  private resized(): void {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.size.width * ratio);
    this.canvas.height = Math.round(this.size.height * ratio);
    if (this.picture) this.view = held(this.view, this.size, this.picture);
    this.draw();
    this.later(this.turn);
  }

  draw(): void {
    const { context, canvas, picture, drawn, size, view } = this;
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!picture || !drawn) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.drawImage(drawn, ...boxOf(size, picture, view));
    if (this.detail) this.drawDetail(this.detail.bitmap, this.detail.part);
    if (this.line) this.drawLine(this.line);
  }

  private drawDetail(bitmap: ImageBitmap, [x, y, width, height]: Part): void {
    const [left, top] = this.placeOf([x, y]);
    const [right, bottom] = this.placeOf([x + width, y + height]);
    this.context.drawImage(bitmap, left, top, right - left, bottom - top);
  }

  private placeOf(pixel: Point): Point {
    return placeOfPixel(pixel, this.size, this.picture!, this.view);
  }

  private drawLine([from, to]: [Point, Point]): void {
    const { context } = this;
    const [start, end] = [this.placeOf(from), this.placeOf(to)];
    context.lineCap = 'round';
    for (const [width, colour] of [[5, '#000'], [2, INK]] as const) {
      Object.assign(context, { lineWidth: width, strokeStyle: colour });
      context.beginPath();
      context.moveTo(...start);
      context.lineTo(...end);
      context.stroke();
    }
    this.writeBeside(end, lengthText(this.picture!.metadata(), from, to, say('atDetector'), say('perhapsDetector')));
  }

  private writeBeside([x, y]: Point, text: string): void {
    const { context, size } = this;
    context.font = '600 16px Inter, "Noto Sans CJK SC", sans-serif';
    const left = Math.min(Math.max(8, x + 10), size.width - context.measureText(text).width - 8);
    const top = Math.min(Math.max(24, y - 12), size.height - 8);
    Object.assign(context, { lineWidth: 4, strokeStyle: '#000', fillStyle: INK });
    context.strokeText(text, left, top);
    context.fillText(text, left, top);
    this.element.dataset.length = text;
  }
}
