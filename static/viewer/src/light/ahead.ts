// The coarse drawings around the one that is looked at, two at a time, and few on a line that is slow or paid for by the byte.
import { addressOf, drawing, isHere } from './drawings';
import type { Picture } from './stack';

interface Line { saveData?: boolean; effectiveType?: string }

const AT_ONCE = 2;
const [FEW, USUAL] = [4, 24];
let turn = 0;

function reach(): number {
  const line = (navigator as { connection?: Line }).connection;
  return line?.saveData || /2g|3g/.test(line?.effectiveType ?? '') ? FEW : USUAL;
}

export async function fetchAround(pictures: Picture[], index: number, window: [number, number] | undefined, look: { side: number; quality: number }): Promise<void> {
  const mine = ++turn;
  const order = Array.from({ length: 2 * reach() }, (_, step) => index + (step % 2 ? -1 : 1) * (1 + Math.floor(step / 2)));
  const queue = order.flatMap((at) => (pictures[at] ? [addressOf(pictures[at], { ...look, window })] : [])).filter((address) => !isHere(address));
  const worker = async () => {
    for (let next = queue.shift(); next && mine === turn; next = queue.shift()) (await drawing(next).catch(() => undefined))?.close();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
