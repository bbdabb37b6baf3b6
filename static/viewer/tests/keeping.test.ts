// Not covered: hanging it (tests/e2e/test_nothing_lost.py), and dragging borders (tests/e2e/test_layouts.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../src/boot';
import { type Arrangement, placeIn, soundArrangement } from '../src/keeping/arrangement';
import { gridOf, renamed } from '../src/viewports/arrangement';

const SETS = new Set(['a', 'b']);
const LOOK: Look = {
  window: 'own', centre: 40, width: 400, zoom: 1.5, pan: [1, 2], rotation: 90, flip: true, flip_vertical: false, invert: true, colours: 'pet', cine: true, smooth: false,
};
const ROOM = {
  directions: [[0, 0, -1, 0, -1, 0], [0.6, -0.8, 0, 0, 0, 1], [1, 0, 0, 0, 0, 1]], framed: [[0, 1, 2, 90]], centre: 40, width: 400, invert: true,
  fusion: 'rainbow', suv: 'lbm', preset: 'bone', blend: 0, most: 6.5, crop: [0, 10, 95, 0, 0, 1],
};
const two = (changes: Partial<Arrangement> = {}): Arrangement => ({
  layout: '1x2', tree: gridOf(1, 2, ['0', '1']), panes: [{ set: 'a', look: LOOK }, { set: 'b' }], active: 1, tool: 'length', ...changes,
});

test('an arrangement comes back as it was', () => {
  const cine = { rate: 24, order: 'bounce' as const, from: 2, to: 9 };
  const room = { kind: 'mpr' as const, pane: 0, slab: 'mip', thickness: 20, place: [1, -2, 3.5], ...ROOM };
  const kept = two({ panes: [{ set: 'a', instance: '1.2', frame: 3, look: LOOK, cine }, { set: 'b' }], linked: true, lines: true, room });
  const found = JSON.parse(JSON.stringify(soundArrangement(JSON.parse(JSON.stringify(kept)), SETS)));
  assert.deepEqual(found, JSON.parse(JSON.stringify({ ...kept, panes: [kept.panes[0], { set: 'b', frame: 1 }] })));
});

test('what an earlier version kept of a look is left out, and the picture is shown as its object wants', () => {
  const pane = { set: 'a', instance: '1.2', frame: 1, window: { centre: 40, width: 400 }, invert: true, zoom: 2, flipHorizontal: true } as never;
  const found = soundArrangement(two({ panes: [pane, null] }), SETS)!.panes[0]!;
  assert.deepEqual([found.instance, found.look, found.cine], ['1.2', undefined, undefined]);
});

test('a room of a viewport that is empty, or that is none, stays closed; what is wrong in it is as at first', () => {
  const room = (changes: object) => soundArrangement(two({ room: { kind: 'mpr', pane: 1, slab: 'mip', thickness: 20, ...changes } as never }), new Set(['b']))!.room;
  for (const bad of [{ kind: 'cellar' }, { pane: 0 }, { pane: 7 }, { pane: '__proto__' }]) assert.equal(room(bad), undefined);
  const wrong = {
    slab: 'thick', place: [1, 2], share: {}, directions: [[1, 0, 0, 1, 0, 0]], framed: [[0, 0, 0, 0]], centre: 40, width: 0, invert: 1, fusion: 3, suv: [], preset: null,
    blend: 101, most: NaN, crop: [1],
  };
  assert.deepEqual(JSON.parse(JSON.stringify(room(wrong))), { kind: 'mpr', pane: 1, slab: 'thin', thickness: 10, invert: false });
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
  const cine = { rate: 1e9, order: 'loop', from: 0, to: 4 };
  const pane = (look: object) => soundArrangement(two({ panes: [{ set: 'a', look: { ...LOOK, ...look }, cine } as never, null] }), SETS)!.panes[0]!;
  const { look, cine: played } = pane({ pan: [1], centre: null, rotation: Infinity, colours: 3 });
  assert.deepEqual([look!.pan, look!.window, look!.rotation, look!.colours, played], [undefined, '', 0, 'grey', undefined]);
  assert.equal(pane({ zoom: 'x' }).look, undefined);
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
