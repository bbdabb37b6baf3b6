// The list of open objects: whose they are, what is in them, and switches for what lies over the pictures.
import { say } from '../boot';
import { grid } from '../viewports/layout';
import { showDocument } from './documents';
import { bandDose, doseScale } from './dose';
import { repaintAll } from './layers';
import { valueLine } from './valueline';
import { cutMisfit } from './oncuts';
import { changed, close, goTo, isDose, isKeys, isReport, isState, misfitOf, onOpened, type Opened, openObjects, stepsOf } from './opened';
import type { Layer, Something } from './types';
import { askAgain, isLost } from './values';

const host = () => document.querySelector<HTMLElement>('[data-objects]')!;

export function buildPanel(): void {
  onOpened(draw);
}

function draw(): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset.focus;
  host().replaceChildren(...openObjects().map(section));
  host().hidden = openObjects().length === 0;
  document.querySelector('[data-reading]')?.toggleAttribute('data-objects-open', openObjects().length > 0);
  if (focused) host().querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}

function section(one: Opened): HTMLElement {
  const element = make('section', 'object');
  element.dataset.object = one.set.kind;
  element.append(head(one));
  for (const object of one.answer.objects) element.append(...body(one, object));
  if (one.answer.cut) element.append(note(say('objectsCut')));
  if (one.answer.elsewhere.length) element.append(note(say('picturesElsewhere', { n: one.answer.elsewhere.length })));
  return element;
}

function head(one: Opened): HTMLElement {
  const line = make('div', 'object-head');
  const title = make('h3', '', one.set.description || say(`kind.${one.set.kind}`));
  const shut = button('×', `${one.set.key}/close`, () => close(one));
  shut.setAttribute('aria-label', say('closeObject', { name: title.textContent ?? '' }));
  line.append(title, ...stepper(one), shut);
  return line;
}

/** Back and on through the pictures that it names. */
function stepper(one: Opened): HTMLElement[] {
  const steps = stepsOf(one);
  if (steps.length < 2) return [];
  const back = button('‹', `${one.set.key}/back`, () => void goTo(one, one.step - 1));
  const on = button('›', `${one.set.key}/on`, () => void goTo(one, one.step + 1));
  back.setAttribute('aria-label', say('previousPicture'));
  on.setAttribute('aria-label', say('nextPicture'));
  return [back, make('span', 'object-step', `${one.step + 1} / ${steps.length}`), on];
}

function body(one: Opened, object: Something): HTMLElement[] {
  if (object.problem) return [note(object.problem)];
  const misfit = cutMisfit(object) ?? misfitOf(object, grid.active);
  const about = make('p', 'object-about', [object.who, object.when, object.device].filter(Boolean).join(' · '));
  return [about, ...(misfit ? [note(misfit)] : []), ...lost(object), ...details(one, object)];
}

function lost(object: Something): HTMLElement[] {
  if (!isLost(object.uid)) return [];
  const again = button(say('askAgain'), `${object.uid}/again`, () => {
    askAgain(object.uid);
    changed();
  });
  return [note(say('overlayLost')), again];
}

function details(one: Opened, object: Something): HTMLElement[] {
  if (isKeys(object)) return object.description ? [make('p', 'object-about', object.description)] : [];
  if (isState(object)) return object.leftOut.length ? [note(say('leftOut', { parts: object.leftOut.join(', ') }))] : [];
  if (isReport(object)) return [groups(one, object), read(one, object)];
  const layers = one.layers.get(object.uid) ?? [];
  const scale = isDose(object) ? [make('p', 'object-about', doseScale(one.set.study, object, changed))] : [];
  const more = (layer: Layer) => (isDose(object) ? bandDose(one.set.study, object, layer, changed) : '');
  return [...scale, opacity(one), outline(one), all(layers, object.uid), list(layers, object.uid, more)];
}

function groups(one: Opened, object: Extract<Something, { groups: unknown }>): HTMLElement {
  const element = make('ul', 'object-list');
  const steps = stepsOf(one);
  for (const [index, group] of object.groups.entries()) {
    const values = group.values.map(valueLine).join(', ');
    const entry = button([group.finding || group.label, values].filter(Boolean).join(': '), `${object.uid}/${index}`, () => {
      const shape = group.shapes[0];
      if (shape?.places?.length) return void document.dispatchEvent(new CustomEvent('viewer:places', { detail: { places: shape.places, frame: shape.frameOfReference ?? '' } }));
      const step = steps.findIndex(({ instance, frame }) => instance === shape?.instance && frame === (shape.frame ?? null));
      if (step >= 0) void goTo(one, step);
    });
    if (group.who) entry.title = group.who;
    const line = make('li');
    line.append(entry);
    element.append(line);
  }
  return element;
}

function read(one: Opened, object: Something): HTMLElement {
  return button(say('readDocument'), `${object.uid}/read`, () => void showDocument(one.set, one.answer.objects, grid.active, object));
}

function opacity(one: Opened): HTMLElement {
  const label = make('label', 'object-opacity', say('opacity'));
  const range = Object.assign(document.createElement('input'), { type: 'range', min: '0.1', max: '1', step: '0.1', value: String(one.opacity) });
  range.dataset.focus = `${one.set.key}/opacity`;
  range.addEventListener('input', () => {
    one.opacity = Number(range.value);
    repaintAll();
  });
  label.append(range);
  return label;
}

/** Filled, or their edges alone: the picture under them stays to be seen. */
function outline(one: Opened): HTMLElement {
  const label = make('label', 'object-outline');
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: one.outline });
  box.dataset.focus = `${one.set.key}/outline`;
  box.addEventListener('change', () => {
    one.outline = box.checked;
    repaintAll();
  });
  label.append(box, say('outline'));
  return label;
}

/** All on, or all off. */
function all(layers: Layer[], uid: string): HTMLElement {
  const isAnyShown = layers.some((layer) => layer.shown);
  return button(say(isAnyShown ? 'hideAll' : 'showAll'), `${uid}/all`, () => {
    for (const layer of layers) layer.shown = !isAnyShown;
    changed();
  });
}

function list(layers: Layer[], uid: string, more: (layer: Layer) => string): HTMLElement {
  const element = make('ul', 'object-list');
  element.append(...layers.map((layer) => entry(layer, uid, more(layer))));
  return element;
}

function entry(layer: Layer, uid: string, more: string): HTMLElement {
  const line = make('li', 'object-layer');
  const label = make('label');
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: layer.shown });
  box.dataset.focus = `${uid}/${layer.id}/shown`;
  box.addEventListener('change', () => {
    layer.shown = box.checked;
    changed();
  });
  label.append(box, make('span', 'object-name', [layer.label, more].filter(Boolean).join(' · ')));
  if (layer.hint) label.title = layer.hint;
  line.append(label, colour(layer, uid));
  return line;
}

function colour(layer: Layer, uid: string): HTMLElement {
  const input = Object.assign(document.createElement('input'), { type: 'color', value: layer.colour });
  input.dataset.focus = `${uid}/${layer.id}/colour`;
  input.setAttribute('aria-label', say('colourOf', { name: layer.label }));
  input.addEventListener('input', () => {
    layer.colour = input.value;
    repaintAll();
  });
  return input;
}

function button(text: string, focus: string, work: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'object-button';
  element.textContent = text;
  element.dataset.focus = focus;
  element.addEventListener('click', work);
  return element;
}

function note(text: string): HTMLElement {
  const element = make('p', 'object-note', text);
  element.setAttribute('role', 'note');
  return element;
}

function make(tag: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
