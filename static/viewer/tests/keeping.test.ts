// Not covered: hanging it (tests/e2e/test_nothing_lost.py), and dragging borders (tests/e2e/test_layouts.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arrangement, placeIn, soundArrangement } from '../src/keeping/arrangement';
import { gridOf, renamed } from '../src/viewports/arrangement';

const SETS = new Set(['a', 'b']);
const two = (changes: Partial<Arrangement> = {}): Arrangement => ({
  layout: '1x2', tree: gridOf(1, 2, ['0', '1']), panes: [{ set: 'a', zoom: 1.5, pan: [1, 2] }, { set: 'b' }], active: 1, tool: 'length', ...changes,
});

test('an arrangement comes back as it was', () => {
  const found = soundArrangement(JSON.parse(JSON.stringify(two())), SETS)!;
  assert.deepEqual([found.layout, found.active, found.tool, found.panes[0]?.zoom, found.panes[0]?.pan], ['1x2', 1, 'length', 1.5, [1, 2]]);
});

test('a viewport of a series that is gone is empty, and the active one is one that shows something', () => {
  const found = soundArrangement(two(), new Set(['a']))!;
  assert.deepEqual([found.panes[1], found.active], [null, 0]);
  assert.equal(soundArrangement(two(), new Set()), undefined);
});

test('what is no arrangement is none', () => {
  const deep = Array.from({ length: 12 }).reduce<unknown>((tree) => ({ across: true, parts: [tree, { pane: '1' }], sizes: [0.5, 0.5] }), { pane: '0' });
  for (const bad of [null, 3, {}, two({ panes: [] }), two({ tree: { pane: '0' } }), two({ tree: gridOf(1, 2, ['0', '7']) }), two({ tree: deep as never })]) {
    assert.equal(soundArrangement(bad, SETS), undefined);
  }
  assert.equal(soundArrangement(two({ tree: { across: true, parts: [{ pane: '0' }, { pane: '1' }], sizes: [2, -1] } }), SETS), undefined);
});

test('numbers that are none are left out', () => {
  const pane = { set: 'a', zoom: 'x', pan: [1], window: { centre: null, width: 4 }, rotation: Infinity } as never;
  const found = soundArrangement(two({ panes: [pane, null] }), SETS)!.panes[0]!;
  assert.deepEqual([found.zoom, found.pan, found.window, found.rotation], [undefined, undefined, undefined, 0]);
});

test('viewports get other names without the old tree changing', () => {
  const tree = gridOf(2, 1, ['x', 'y']);
  assert.deepEqual(renamed(tree, (name) => `${name}!`), gridOf(2, 1, ['x!', 'y!']));
  assert.deepEqual(tree, gridOf(2, 1, ['x', 'y']));
});

test('a picture is found by its object, wherever it stands by now', () => {
  const ids = ['wadors:/s/instances/1.2/frames/1', 'wadors:/s/instances/1.23/frames/1', 'wadors:/s/instances/1.23/frames/2'];
  assert.equal(placeIn(ids, { set: 'a', instance: '1.23', frame: 2 }), 2);
  assert.equal(placeIn(ids, { set: 'a', instance: '9', frame: 1 }), 0);
});
