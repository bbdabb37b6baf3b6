// The list of measurements on the planes: a click leads to the plane on which it was made.
import { annotation } from '@cornerstonejs/tools';
import { say } from '../boot';
import { type Listed, listedMarks, onPlaneMarks } from './planemarks';
import { room } from './room';

const panel = () => room.host.querySelector<HTMLDetailsElement>('[data-room-marks]')!;

export function wirePlaneList(): void {
  onPlaneMarks(draw);
}

function draw(): void {
  const marks = room.isOpen ? listedMarks() : [];
  panel().toggleAttribute('data-empty', marks.length === 0);
  if (!marks.length) panel().open = false;
  panel().querySelector('[data-room-marks-count]')!.textContent = String(marks.length);
  panel().querySelector('[data-room-marks-list]')!.replaceChildren(...marks.map(entry));
}

function entry(mark: Listed): HTMLElement {
  const line = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'object-button';
  button.textContent = mark.lines.join(' · ');
  if (mark.author) button.append(author(mark.author));
  button.addEventListener('click', () => goTo(mark));
  line.append(button);
  return line;
}

function author(name: string): HTMLElement {
  const small = document.createElement('small');
  small.textContent = ` ${name}`;
  small.title = say('measuredBy', { name });
  return small;
}

/** Its plane, and the mark chosen there. */
function goTo({ uid, place, normal, up }: Listed): void {
  panel().open = false;
  annotation.selection.setAnnotationSelected(uid, true);
  room.lookAt(place, normal, up);
}
