// Measurements by keys: the next one on the picture, and away with it.
import { annotation, type Types } from '@cornerstonejs/tools';
import { say } from '../boot';
import { engine } from '../engine';
import { grid } from '../viewports/layout';
import { announce } from '../status';
import { isMeasuringTool } from '../tools';
import { afterReport } from './afterreport';
import { removeSelected } from './marks';
import { type MarkData, measured } from './measure';
import { linesOf } from './wording';

/** Choose the one after that which is chosen, and say it. */
export function chooseNext(): void {
  const marks = marksHere();
  if (!marks.length) return announce(say('noMarks'));
  const [chosen] = annotation.selection.getAnnotationsSelected();
  const index = (marks.findIndex(({ annotationUID }) => annotationUID === chosen) + 1) % marks.length;
  const mark = marks[index];
  annotation.selection.setAnnotationSelected(mark.annotationUID!, true);
  engine().render();
  announce(say('markChosen', { mark: wordsOf(mark), n: index + 1, all: marks.length }));
}

/** Of what is chosen remove what is seen: one that was left behind on another picture is chosen no more. */
export function removeChosen(isElsewhere: boolean): void {
  const shown = new Set(grid.panes.filter((pane) => pane.count()).map((pane) => pane.shownId()));
  for (const uid of annotation.selection.getAnnotationsSelected()) {
    const on = annotation.state.getAnnotation(uid)?.metadata?.referencedImageId;
    if (!isElsewhere && on && !shown.has(on)) annotation.selection.setAnnotationSelected(uid, false, true);
  }
  const chosen = annotation.selection.getAnnotationsSelected();
  if (!chosen.length) return announce(say('noneChosen'));
  removeSelected();
  if (!chosen.some((uid) => annotation.state.getAnnotation(uid))) announce(say('markRemoved'));
}

function marksHere(): Types.Annotation[] {
  const here = grid.active.count() ? grid.active.shownId() : '';
  return annotation.state.getAllAnnotations().filter(({ metadata }) => metadata?.referencedImageId === here && isMeasuringTool(metadata?.toolName ?? ''));
}

function wordsOf({ metadata, data }: Types.Annotation): string {
  const { toolName = '', referencedImageId = '' } = metadata ?? {};
  const said = String(data.label ?? '') || linesOf(measured(toolName, referencedImageId, data as unknown as MarkData)).join(', ');
  return [said, ...afterReport(data)].join(', ');
}
