// Frames in HTJ2K, drawn while they arrive: in RPCL order the beginning of the codestream is a smaller picture (PS3.5 10.18).
// A coarse picture is only ever shown, marked as such, and never kept: whoever loads a picture gets the whole one, or an error.
import { Enums, imageRetrievalPoolManager, type Types } from '@cornerstonejs/core';
import { createImage } from '@cornerstonejs/dicom-image-loader';
import { enlarged } from './coarse';
import { isCutOff } from './cutoff';
import { isColourTransformed, type Resolutions, resolutionsOf } from './codestream';
import { metadataOf } from './datasource';
import { HTJ2K, isColour, number, text } from './dicomjson';
import { frameAt, type Part } from './frames';
import { isWithinBits } from './plausible';
import { RequestFailed } from './requests';

/** What is here within this time is drawn whole at once. */
const PATIENCE_MS = 80;
/** A smaller picture than this tells nothing. */
const SMALLEST_SIDE = 128;
/** Halving may go beyond the ends of the values by this share of them. */
const OVERSHOOT = 0.25;
/** A frame that is cut is asked for once more, from there on, before the line counts as lost. */
const TIMES = 2;

export interface Audience {
  /** Whether somebody looks at the place where this picture will be. */
  isAwaited(imageId: string): boolean;
  draw(image: Types.IImage): void;
  arrived(imageId: string): void;
}
type Options = { requestType?: Enums.RequestType; priority?: number };

interface Frame { bytes: Uint8Array<ArrayBuffer>; here: number; tag: string }

let audience: Audience | undefined;
const frames = new Map<string, Frame>();

export function drawWhileArriving(those: Audience): void {
  audience = those;
}

/** Whether the frame is stored in a form that can be drawn while it arrives. */
export function comesByAndBy(imageId: string): boolean {
  return HTJ2K.includes(text(metadataOf(imageId), '00083002'));
}

/** How much of a frame is here, in percent; nothing when it is not under way. */
export function percentHere(imageId: string): number | undefined {
  const frame = frames.get(imageId);
  return frame && Math.floor((100 * frame.here) / frame.bytes.length);
}

/** The whole picture, as stored. Throws RequestFailed, or whatever the decoder says. */
export async function arrivingImage(imageId: string, options: Options): Promise<Types.IImage> {
  const syntax = text(metadataOf(imageId), '00083002');
  const sketch = new Sketch(imageId, syntax, options);
  try {
    const bytes = await inTurn(imageId, options, () => wholeFrame(imageId, syntax, sketch));
    if (isMixedUp(imageId, bytes)) throw new Error('the decoder would mix up the colours');
    return await imageOf(imageId, { syntax, bytes }, options);
  } finally {
    sketch.end();
  }
}

/** The picture once all of it is here, in the form that `accept` names. Throws RequestFailed, or whatever the decoder says. */
export async function wholeImage(imageId: string, accept: string, options: Options): Promise<Types.IImage> {
  const part = await inTurn(imageId, options, () => frameAt(imageId.slice('wadors:'.length), accept));
  return imageOf(imageId, part, options);
}

async function imageOf(imageId: string, { syntax, bytes }: Part, options: Options): Promise<Types.IImage> {
  if (isCutOff(syntax, bytes, metadataOf(imageId))) throw new Error('the frame is cut off');
  return (await createImage(imageId, bytes as never, syntax, { ...options } as never)) as Types.IImage;
}

/** The decoder takes colours that were coded as they are for one long picture of a single colour. */
function isMixedUp(imageId: string, bytes: Uint8Array): boolean {
  return isColour(metadataOf(imageId)) && text(metadataOf(imageId), '00280004') !== 'PALETTE COLOR' && !isColourTransformed(bytes);
}

/** With the other requests for frames, few at a time and those looked at first. */
function inTurn<T>(imageId: string, options: Options, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = () => work().then(resolve, reject);
    imageRetrievalPoolManager.addRequest(run, options.requestType ?? Enums.RequestType.Interaction, { imageId }, options.priority ?? 5);
  });
}

async function wholeFrame(imageId: string, syntax: string, sketch: Sketch): Promise<Uint8Array> {
  for (let left = TIMES; left > 0; left--) {
    const frame = await received(imageId, await asked(imageId, syntax), sketch);
    if (frame.here < frame.bytes.length) continue;
    frames.delete(imageId);
    return frame.bytes;
  }
  throw new RequestFailed(0, imageId);
}

/** Ask for the frame, or for the rest of it when its beginning is here. Throws RequestFailed. */
async function asked(imageId: string, syntax: string): Promise<Response> {
  const before = frames.get(imageId);
  const rest: Record<string, string> = before?.here ? { Range: `bytes=${before.here}-`, 'If-Range': before.tag } : {};
  const address = imageId.slice('wadors:'.length);
  const answer = await fetch(address, { headers: { Accept: `image/jphc; transfer-syntax=${syntax}`, ...rest } }).catch(() => undefined);
  if (!answer) throw new RequestFailed(0, address);
  if (answer.status !== 206) frames.delete(imageId);
  if (!answer.ok) throw new RequestFailed(answer.status, address);
  if (!answer.headers.get('Content-Type')?.startsWith('image/jphc')) throw new RequestFailed(406, address);
  return answer;
}

/** Take in what comes, until the end or until the line is cut. */
async function received(imageId: string, answer: Response, sketch: Sketch): Promise<Frame> {
  if (!answer.headers.has('Content-Length')) return allOf(answer);
  const frame = frames.get(imageId) ?? emptyFrame(answer);
  frames.set(imageId, frame);
  const reader = answer.body!.getReader();
  for (;;) {
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (!value) return frame;
    frame.bytes.set(value.subarray(0, frame.bytes.length - frame.here), frame.here);
    frame.here += value.length;
    audience?.arrived(imageId);
    sketch.look(frame);
  }
}

/** What comes without its length, as some proxies pass it on, cannot be continued. Throws RequestFailed. */
async function allOf(answer: Response): Promise<Frame> {
  const bytes = await answer.arrayBuffer().catch(() => undefined);
  if (!bytes) throw new RequestFailed(0, answer.url);
  return { bytes: new Uint8Array(bytes), here: bytes.byteLength, tag: '' };
}

function emptyFrame(answer: Response): Frame {
  return { bytes: new Uint8Array(Number(answer.headers.get('Content-Length'))), here: 0, tag: answer.headers.get('ETag') ?? '' };
}

/** Draws ever finer pictures of one frame for who waits for it, one at a time, until the whole is here. */
class Sketch {
  private resolutions: Resolutions | 'later' | undefined = 'later';
  private frame: Frame | undefined;
  private drawn = -1;
  private isBusy = false;
  private isOver = false;
  private isDue = false;
  private readonly timer: number;

  constructor(private readonly imageId: string, private readonly syntax: string, private readonly options: Options) {
    this.timer = window.setTimeout(() => {
      this.isDue = true;
      this.next();
    }, PATIENCE_MS);
  }

  /** More of the frame is here. */
  look(frame: Frame): void {
    this.frame = frame;
    this.next();
  }

  end(): void {
    this.isOver = true;
    window.clearTimeout(this.timer);
  }

  private next(): void {
    if (this.isOver || this.isBusy || !this.isDue || !this.frame || !audience?.isAwaited(this.imageId)) return;
    const best = this.best(this.frame);
    if (best > this.drawn) void this.draw(best, this.frame);
  }

  /** The finest resolution that is worth drawing now; -1 for none. The last one is the picture itself, which is not drawn here. */
  private best({ bytes, here }: Frame): number {
    if (this.resolutions === 'later') this.resolutions = resolutionsOf(bytes.subarray(0, here));
    if (this.resolutions === 'later' || !this.resolutions || here === bytes.length || isMixedUp(this.imageId, bytes)) return -1;
    const { ends, levels } = this.resolutions;
    const index = ends.filter((end) => end <= here).length - 1;
    const ds = metadataOf(this.imageId);
    const side = Math.max(number(ds, '00280010') ?? 0, number(ds, '00280011') ?? 0);
    return index < levels && side / 2 ** (levels - index) >= SMALLEST_SIDE ? index : -1;
  }

  private async draw(index: number, { bytes }: Frame): Promise<void> {
    const { ends, levels } = this.resolutions as Resolutions;
    this.isBusy = true;
    this.drawn = index;
    const options = { ...this.options, decodeLevel: levels - index };
    const small = await createImage(this.imageId, bytes.slice(0, ends[index]), this.syntax, options as never).catch(() => undefined);
    this.isBusy = false;
    if (!this.isOver && small) this.show(small as Types.IImage);
    this.next();
  }

  private show(small: Types.IImage): void {
    const ds = metadataOf(this.imageId);
    if (!audience?.isAwaited(this.imageId) || !isWithinBits(ds, small, OVERSHOOT)) return;
    audience.draw(enlarged(small, number(ds, '00280010') ?? small.rows, number(ds, '00280011') ?? small.columns));
  }
}
