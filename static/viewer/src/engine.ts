// One-time set-up of the drawing engine, its memory, its requests and the decoders.
import { cache, Enums, getRenderingCapabilities, getRenderingEngine, imageLoadPoolManager, imageRetrievalPoolManager, init as initCore, RenderingEngine } from '@cornerstonejs/core';
import { init as initLoader } from '@cornerstonejs/dicom-image-loader';
import { init as initTools } from '@cornerstonejs/tools';
import { provideCalibration } from './measuring/calibration';
import { registerColours } from './viewports/colours';
import { decodeHereUnseen } from './datasource/here';
import { registerLoader } from './datasource/loader';

export const ENGINE = 'lightbox';
/** Browsers take the graphics away from the oldest of more than sixteen; four windows of a desk share them. */
const CONTEXTS = 3;
const GIB = 1024 ** 3;
const REQUESTS = { [Enums.RequestType.Interaction]: 6, [Enums.RequestType.Thumbnail]: 2, [Enums.RequestType.Prefetch]: 4 };

export function hasWebGl(): boolean {
  return getRenderingCapabilities().webgl2;
}

/** Bytes of decoded pictures that this browser may keep. */
export function memoryBudget(): number {
  const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  return Math.min(3, Math.max(1, memory * 0.35)) * GIB;
}

export async function startEngine(): Promise<RenderingEngine> {
  initCore({ rendering: { webGlContextCount: CONTEXTS } } as Parameters<typeof initCore>[0]);
  initTools();
  initLoader({
    maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
    strict: false,
  });
  decodeHereUnseen();
  registerLoader();
  provideCalibration();
  registerColours();
  cache.setMaxCacheSize(memoryBudget());
  for (const [type, most] of Object.entries(REQUESTS)) {
    imageLoadPoolManager.setMaxSimultaneousRequests(type as Enums.RequestType, most);
    imageRetrievalPoolManager.setMaxSimultaneousRequests(type as Enums.RequestType, most);
  }
  return new RenderingEngine(ENGINE);
}

export function engine(): RenderingEngine {
  return getRenderingEngine(ENGINE) as RenderingEngine;
}
