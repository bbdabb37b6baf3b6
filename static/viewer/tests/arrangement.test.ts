// Not covered: where viewports are on the screen (tests/e2e/test_layouts.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divided, gridOf, leaves, placesIn, planOf, treeOf, without } from '../src/viewports/arrangement';

test('what is kept of an arrangement is the same arrangement of other viewports', () => {
  const made = divided(gridOf(2, 2, ['a', 'b', 'c', 'd']), 'b', 'e', false);
  const plan = planOf(made);
  assert.equal(placesIn(plan), 5);
  assert.deepEqual(leaves(treeOf(plan, ['v', 'w', 'x', 'y', 'z'])), ['v', 'w', 'x', 'y', 'z']);
  assert.deepEqual(planOf(treeOf(plan, ['v', 'w', 'x', 'y', 'z'])), plan);
});

test('a plan is its own: what is dragged later does not change it', () => {
  const tree = gridOf(1, 2, ['a', 'b']);
  const plan = planOf(tree);
  if ('sizes' in tree) tree.sizes[0] = 0.9;
  assert.deepEqual(plan, { across: true, parts: [{ pane: 0 }, { pane: 1 }], sizes: [0.5, 0.5] });
});

test('places are counted in reading order after viewports were closed', () => {
  assert.deepEqual(planOf(without(gridOf(1, 3, ['a', 'b', 'c']), 'b')), { across: true, parts: [{ pane: 0 }, { pane: 1 }], sizes: [0.5, 0.5] });
  assert.deepEqual(planOf(gridOf(1, 1, ['a'])), { pane: 0 });
});
