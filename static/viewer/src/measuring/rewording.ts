// The words of a note or an arrow written anew: by a double click on them, or by a key where the mark is chosen.
import { eventTarget, triggerEvent } from '@cornerstonejs/core';
import { annotation, Enums, type Types } from '@cornerstonejs/tools';
import { say } from '../boot';
import { engine } from '../engine';
import { announce } from '../status';
import { isWorded } from '../tools';
import type { Pane } from '../viewports/pane';
import { askForText } from './textentry';

/** Ask for the words that stand at a place of the page; gives whether there are any of a note or an arrow. */
export function rewordAt({ surface }: Pane, { clientX: x, clientY: y }: MouseEvent): boolean {
  const isThere = ({ left, right, top, bottom }: DOMRect) => left <= x && x <= right && top <= y && y <= bottom;
  const words = [...surface.querySelectorAll<SVGGElement>('g[data-annotation-uid]')].find((one) => isThere(one.getBoundingClientRect()));
  const mark = words && annotation.state.getAnnotation(words.dataset.annotationUid!);
  if (!mark || !hasWords(mark)) return false;
  reword(mark);
  return true;
}

/** Ask for the words of the mark that is chosen. */
export function rewordChosen(): void {
  const [mark] = annotation.selection.getAnnotationsSelected().flatMap((uid) => annotation.state.getAnnotation(uid) ?? []).filter(hasWords);
  if (mark) reword(mark);
  else announce(say('noWordsChosen'));
}

function hasWords({ metadata }: Types.Annotation): boolean {
  return isWorded(metadata?.toolName ?? '');
}

function reword(mark: Types.Annotation): void {
  if (annotation.locking.isAnnotationLocked(mark.annotationUID!)) return announce(say('othersMark'));
  const before = String(mark.data.label ?? '');
  askForText((words = before) => {
    if (words === before || !annotation.state.getAnnotation(mark.annotationUID!)) return;
    mark.data.label = words;
    triggerEvent(eventTarget, Enums.Events.ANNOTATION_MODIFIED, { annotation: mark, changeType: Enums.ChangeTypes.LabelChange });
    engine().render();
  }, before);
}
