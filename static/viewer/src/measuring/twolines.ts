// Two lines that are drawn one after the other: for the angle between them, and for the width of the heart in the chest.
import { CobbAngleTool } from '@cornerstonejs/tools';

interface Stats { angle?: number }

/** The engine hides the reading of parallel lines; theirs is as good as any other. */
export class TwoLinesTool extends CobbAngleTool {
  override _calculateCachedStats(...args: Parameters<CobbAngleTool['_calculateCachedStats']>): ReturnType<CobbAngleTool['_calculateCachedStats']> {
    const all = super._calculateCachedStats(...args) as Record<string, Stats> | undefined;
    for (const stats of Object.values(all ?? {})) stats.angle ||= Number.EPSILON;
    return all as never;
  }
}

export class CardiothoracicTool extends TwoLinesTool {
  static override toolName = 'CardiothoracicRatio';
}
