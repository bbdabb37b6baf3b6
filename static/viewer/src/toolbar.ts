// The tool bar: buttons name an act, and show which tool has the left button.
import { act, usePreset } from './actions';
import { isPlaying } from './cine';
import { grid } from './layout';
import { linesShown } from './lines';
import { presetsFor } from './presets';
import { isSynced } from './sync';
import { currentTool } from './tools';

export function wireToolbar(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-act]');
    if (!button) return;
    act(button.dataset.act!);
    button.closest('details')?.removeAttribute('open');
  });
  document.addEventListener('viewer:acted', drawToolbar);
  grid.changed(drawToolbar);
  grid.hung(drawToolbar);
  grid.changed(drawPresets);
  grid.hung(drawPresets);
  drawToolbar();
}

function drawToolbar(): void {
  const layout = document.querySelector<HTMLElement>('[data-viewports]')?.dataset.layout;
  const on = new Set([currentTool(), `layout-${layout}`, isSynced() ? 'sync' : '', linesShown() ? 'lines' : '', grid.active && isPlaying(grid.active) ? 'cine' : '']);
  for (const button of document.querySelectorAll<HTMLElement>('[data-act][aria-pressed]')) {
    button.setAttribute('aria-pressed', String(on.has(button.dataset.act!)));
  }
}

function drawPresets(): void {
  const host = document.querySelector<HTMLElement>('[data-presets]');
  if (!host) return;
  const ds = grid.active?.metadata();
  const presets = ds ? presetsFor(ds) : [];
  host.replaceChildren(...presets.map((preset, index) => presetButton(preset.short, preset.name, index)));
  host.parentElement!.hidden = presets.length === 0;
}

function presetButton(short: string, name: string, index: number): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'preset';
  button.title = `${name} · ${index + 1}`;
  button.dataset.key = String(index + 1);
  button.dataset.keyLabel = name;
  const key = document.createElement('kbd');
  key.textContent = String(index + 1);
  button.append(key, short);
  button.addEventListener('click', () => usePreset(index));
  return button;
}
