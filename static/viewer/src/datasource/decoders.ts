// The decoders run in workers. One that cannot be started or dies leaves every picture that waits for it waiting for ever: nobody tells.

let isGone = false;
const waiting = new Set<(error: Error) => void>();

export function areDecodersGone(): boolean {
  return isGone;
}

/** From now on a worker that fails is noticed; `told` is called once. */
export function watchDecoders(told: () => void): void {
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      if (String(address).includes('decodeImageFrameWorker')) this.addEventListener('error', () => gone(told));
    }
  };
}

function gone(told: () => void): void {
  if (isGone) return;
  isGone = true;
  told();
  for (const reject of waiting) reject(new Error('the decoders do not run'));
  waiting.clear();
}

/** The same, or an error as soon as the decoders are gone. */
export function whileDecodersRun<T>(work: Promise<T>): Promise<T> {
  if (isGone) return Promise.reject(new Error('the decoders do not run'));
  return new Promise((resolve, reject) => {
    waiting.add(reject);
    work.then(resolve, reject).finally(() => waiting.delete(reject));
  });
}
