// Grey values of presentation states against what PS3.3 C.11 says, reckoned by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greyCurve, isCurved, type Node, type Own } from '../src/objects/greys';
import type { LookUp, Presentation } from '../src/objects/types';

type Window = Presentation['windows'][number];
type State = Parameters<typeof greyCurve>[0];

const CT: Own = { slope: 1, intercept: -1024, isSigned: false };
const state = (more: Partial<State> = {}): State => ({ rescale: [1, -1024], modalityTable: null, presentationTable: null, inverse: false, ...more });
const window = (more: Partial<Window> = {}): Window => ({ for: [], centre: 40, width: 400, function: 'LINEAR', table: null, ...more });
const table = (first: number, entries: number[], most = 255): LookUp => ({ first, entries, most });

function at(nodes: Node[] | undefined, value: number): number {
  assert.ok(nodes);
  const next = nodes.findIndex(([place]) => place >= value);
  if (next <= 0) return (next === 0 ? nodes[0] : nodes[nodes.length - 1])[1];
  const [[a, below], [b, above]] = [nodes[next - 1], nodes[next]];
  return below + ((above - below) * (value - a)) / (b - a);
}

const near = (a: number, b: number, by = 0.003) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`);

test('a window alone needs no curve; a table, a sigmoid or a presentation LUT does', () => {
  assert.equal(isCurved(state(), window()), false);
  for (const [one, other] of [[state({ modalityTable: table(0, [1]) }), window()], [state({ presentationTable: table(0, [1]) }), window()],
    [state(), window({ table: table(0, [1]) })], [state(), window({ function: 'SIGMOID' })]] as [State, Window][]) assert.equal(isCurved(one, other), true);
});

test('a sigmoid is half at its centre and 1 / (1 + e^-2) half a width above', () => {
  const nodes = greyCurve(state(), window({ function: 'SIGMOID' }), CT);
  near(at(nodes, 40), 0.5);
  near(at(nodes, 240), 1 / (1 + Math.exp(-2)));
});

test('in the values of the picture, whatever rescale the state has', () => {
  // Stored 1064 is 40 for the picture; the state counts from 0 and doubles.
  const nodes = greyCurve(state({ rescale: [2, 0], presentationTable: table(0, [0, 255]) }), window({ centre: 2128, width: 400, function: 'LINEAR_EXACT' }), CT);
  assert.ok(nodes);
  assert.deepEqual([nodes[0][0], nodes[nodes.length - 1][0]], [-60, 140]);
});

test('a VOI LUT begins where it says, negative too, and what is beyond has its ends', () => {
  const nodes = greyCurve(state(), window({ centre: null, width: null, table: table(65536 - 2, [0, 51, 255, 102]) }), CT);
  assert.ok(nodes);
  assert.deepEqual(nodes.map(([value]) => value), [-2, -1, 0, 1]);
  assert.deepEqual(nodes.map(([, grey]) => grey), [0, 0.2, 1, 0.4]);
});

test('a modality LUT of the state is from stored values, and the window after it', () => {
  const nodes = greyCurve(state({ rescale: [], modalityTable: table(1000, [0, 100, 200, 300, 400]) }), window({ centre: 200, width: 400, function: 'LINEAR_EXACT' }), CT);
  assert.ok(nodes);
  assert.deepEqual(nodes.map(([value, grey]) => [value, Number(grey.toFixed(3))]), [[-24, 0], [-23, 0.25], [-22, 0.5], [-21, 0.75], [-20, 1]]);
});

test('a presentation LUT turns the greys, and inverse turns them round', () => {
  const turned = greyCurve(state({ presentationTable: table(0, [255, 0]) }), window({ function: 'LINEAR_EXACT' }), CT);
  near(at(turned, -160), 1);
  near(at(turned, 240), 0);
  const inverse = greyCurve(state({ inverse: true }), window({ function: 'SIGMOID' }), CT);
  assert.ok(at(inverse, -100) > 0.7 && at(inverse, 200) < 0.2);
});

test('without a window there is no curve', () => {
  assert.equal(greyCurve(state(), undefined, CT), undefined);
  assert.equal(greyCurve(state(), window({ width: 0 }), CT), undefined);
});
