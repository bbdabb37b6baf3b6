// Not covered: windows that open and hear each other (tests/e2e/test_screens.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStranger, withoutStrangers } from '../src/datasource/strangers';
import { crossing } from '../src/screens/crossing';
import { boxesNear, boxesOn, featuresOf, rememberBoxes, rememberedBoxes } from '../src/screens/places';

const screen = (availLeft: number) => ({ availLeft, availTop: 0, availWidth: 1000, availHeight: 800 });

test('each further window has a screen of its own, never the one with the report', () => {
  const screens = [screen(0), screen(2000), screen(1000)];
  const boxes = boxesOn({ screens, currentScreen: screens[0] }, 2);
  assert.deepEqual(boxes.map(({ left, width }) => [left, width]), [[1000, 1000], [2000, 1000]]);
});

test('on too few screens they overlap so that each can be seen', () => {
  const [one, other] = [screen(0), screen(1000)];
  assert.deepEqual(boxesOn({ screens: [one, other], currentScreen: one }, 2).map(({ left, top, height }) => [left, top, height]), [[1000, 0, 800], [1040, 40, 760]]);
  assert.equal(boxesOn({ screens: [one], currentScreen: one }, 1)[0].left, 0);
  assert.deepEqual(boxesNear({ left: 0, top: 0, width: 1000, height: 800 }, 2).map(({ left }) => left), [48, 96]);
});

test('where they stood is kept, and what somebody wrote there by hand is not believed', () => {
  let kept = '';
  const store = { getItem: () => kept, setItem: (_key: string, value: string) => { kept = value; } };
  rememberBoxes(store, [{ left: -5, top: 0, width: 10, height: 20 }]);
  assert.equal(featuresOf(rememberedBoxes(store)[0]), 'popup,left=-5,top=0,width=10,height=20');
  for (const bad of ['{', '{}', '[{"left": "0,noopener", "top": 0, "width": 1, "height": 1}]', '[null]']) {
    kept = bad;
    assert.deepEqual(rememberedBoxes(store), []);
  }
});

test('a slice that goes through a plane cuts it in a line, one beside it does not', () => {
  const sagittal = (x: number): [number, number, number][] => [[x, 0, 0], [x, 10, 0], [x, 10, 10], [x, 0, 10]];
  const axial = { position: [0, 0, 4] as [number, number, number], normal: [0, 0, 1] as [number, number, number] };
  assert.deepEqual(crossing(sagittal(3), axial), [[3, 10, 4], [3, 0, 4]]);
  assert.equal(crossing(sagittal(3), { ...axial, position: [0, 0, 11] }), undefined);
});

test('a picture is a stranger when it names a number that is not among those taken', () => {
  const of = (id: string) => ({ '00100020': { vr: 'LO', Value: id ? [id] : [] } });
  assert.ok(isStranger(of('2'), ['1']));
  assert.ok(!isStranger(of('1 '), ['1', '2']));
  assert.ok(!isStranger(of(''), ['1']));
  assert.ok(!isStranger(of('2'), []));
});

test('of a series only what is not a stranger is hung, and nothing where all are strangers', () => {
  const of = (id: string) => ({ '00100020': { vr: 'LO', Value: [id] } });
  const [own, other] = [of('1'), of('2')];
  assert.deepEqual(withoutStrangers([own, other, own], ['1']), { own: [own, own], strange: { n: 1, number: '2' } });
  assert.deepEqual(withoutStrangers([other], []), { own: [other], strange: { n: 0, number: '' } });
  assert.throws(() => withoutStrangers([other, other], ['1']), { number: '2' });
});
