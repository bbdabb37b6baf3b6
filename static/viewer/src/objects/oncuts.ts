// What of the open objects lies over the cut planes of the volume room, switched by the same list as over pictures.
import { cutFrame, onCuts, paintCutsWith } from './cut';
import { cutDose, doseCutMisfit } from './cutdose';
import { cutReport } from './cutreport';
import { cutSegments, segmentsCutMisfit } from './cutsegments';
import { cutStructures, structuresCutMisfit } from './cutstructures';
import { changed, isDose, isReport, isSegmentation, isStructures, type Opened, openObjects } from './opened';
import type { Cut } from './planar';
import type { Something } from './types';

export function startCuts(): void {
  paintCutsWith(paint);
  onCuts(() => openObjects().length && changed());
}

/** Why an object cannot be laid over the planes that are shown; nothing when it can, or when there are none. */
export function cutMisfit(object: Something): string | undefined {
  const frame = cutFrame();
  if (frame === undefined) return undefined;
  if (isSegmentation(object)) return segmentsCutMisfit(object, frame);
  if (isStructures(object)) return structuresCutMisfit(object, frame);
  return isDose(object) ? doseCutMisfit(object, frame) : '';
}

function paint(cut: Cut): void {
  for (const one of openObjects()) {
    for (const object of one.answer.objects) {
      if (object.problem || cutMisfit(object)) continue;
      cut.context.save();
      paintObject(cut, one, object);
      cut.context.restore();
    }
  }
}

function paintObject(cut: Cut, { set, layers, opacity, outline }: Opened, object: Something): void {
  const shown = layers.get(object.uid) ?? [];
  if (isReport(object)) cutReport(cut, object);
  if (isSegmentation(object)) cutSegments(cut, set.study, object, shown, opacity, outline, changed);
  if (isStructures(object)) cutStructures(cut, object, shown, opacity, outline);
  if (isDose(object)) cutDose(cut, set.study, object, shown, opacity, outline, changed);
}
