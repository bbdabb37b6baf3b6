// A page that nobody sees has no workers yet: browsers begin them when it is shown. Its first picture is decoded in the page itself.
import { getWebWorkerManager } from '@cornerstonejs/core';
import { isUnseen } from '../../../js/shown';

type Task = (worker: string, method: string, given: unknown, how?: unknown) => Promise<unknown>;

export function decodeHereUnseen(): void {
  if (!isUnseen()) return;
  const manager = getWebWorkerManager() as { executeTask: Task };
  const inWorker = manager.executeTask.bind(manager);
  manager.executeTask = (worker, method, given, how) => (isUnseen() && method === 'decodeTask' ? decodeHere(given as Frame) : inWorker(worker, method, given, how));
}

interface Frame { imageFrame: object; transferSyntax: string; pixelData: Uint8Array; decodeConfig: object; options: object }

async function decodeHere({ imageFrame, transferSyntax, pixelData, decodeConfig, options }: Frame): Promise<unknown> {
  const { decodeImageFrame } = await import('decode-here');
  return decodeImageFrame(imageFrame, transferSyntax, pixelData, decodeConfig, options);
}
