// The window presets on the tool bar: as many as fit, the one last used for this modality and body part in front; all of them in a menu.
import { usePreset } from '../actions';
import { text } from '../datasource/dicomjson';
import { frontOf, inFront, keepFront } from '../fronts';
import { grid } from './layout';
import { type Preset, presetsFor, usualPreset } from './presets';

export function wirePresets(): void {
  document.addEventListener('viewer:preset', ((event: CustomEvent<number>) => used(event.detail)) as EventListener);
  grid.changed(drawPresets);
  grid.hung(drawPresets);
}

function used(index: number): void {
  const preset = shown()[index];
  if (!preset) return;
  keepFront(family(), preset.short);
  drawPresets();
}

function shown(): Preset[] {
  return presetsFor(metadata());
}

const metadata = () => grid.active?.metadata() ?? {};
/** By modality and body part. */
const family = () => `presets-${text(metadata(), '00080060')}-${text(metadata(), '00180015')}`;

function drawPresets(): void {
  const bar = document.querySelector<HTMLElement>('[data-preset-bar]');
  if (!bar) return;
  const presets = shown();
  const order = inFront(presets.map((preset) => preset.short), frontOf(family()) ?? usualPreset(metadata()));
  bar.querySelector('[data-presets]')!.replaceChildren(...order.map((index) => stripButton(presets[index], index)));
  bar.querySelector('[data-preset-menu]')!.replaceChildren(...presets.map(menuButton));
  bar.hidden = presets.length === 0;
}

function stripButton(preset: Preset, index: number): HTMLElement {
  const button = presetButton(preset, index);
  button.className = 'preset';
  button.dataset.key = String(index + 1);
  button.dataset.keyLabel = preset.name;
  button.append(keyOf(index), preset.short);
  return button;
}

function menuButton(preset: Preset, index: number): HTMLElement {
  const button = presetButton(preset, index);
  const name = document.createElement('span');
  name.textContent = preset.name;
  const window_ = document.createElement('span');
  window_.className = 'preset-window';
  window_.textContent = preset.table ? '' : `W ${shortly(preset.width)} L ${shortly(preset.centre)}`;
  button.append(name, window_, keyOf(index));
  button.addEventListener('click', () => button.closest('details')?.removeAttribute('open'));
  return button;
}

/** As the corner of the picture writes it. */
function shortly(value: number): string {
  return String(Math.round(value)).replace('-', '−');
}

function presetButton(preset: Preset, index: number): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.title = `${preset.name} · ${index + 1}`;
  button.addEventListener('click', () => usePreset(index));
  return button;
}

function keyOf(index: number): HTMLElement {
  const key = document.createElement('kbd');
  key.textContent = String(index + 1);
  return key;
}
