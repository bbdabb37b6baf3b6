// What a page opens with, for what hangs and for what is asked for early alike. Not covered: hanging it (tests/e2e/test_nothing_lost.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Boot, readBoot } from '../src/boot';
import { openingOf } from '../src/keeping/opening';
import { gridOf } from '../src/viewports/arrangement';

const set = (key: string) => ({ key, series: `1.${key}`, kind: 'image', frames: 9, description: key, study: '1' });
const store = new Map<string, string>();
const localStorage = {
  getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => store.set(key, value), removeItem: (key: string) => store.delete(key),
  key: (index: number) => [...store.keys()][index] ?? null, get length() { return store.size; },
};
const location = { search: '' };
Object.assign(globalThis, { window: { location, localStorage }, document: { body: { dataset: { person: '7' } }, getElementById: () => ({ textContent: '{}' }) } });

/** The viewport that was looked at comes second. */
const left = (key: string, other = 'a') => ({ layout: '1x2', tree: gridOf(1, 2, ['0', '1']), panes: [{ set: other }, { set: key }], active: 1 });
const hanging = { id: 1, panes: [{ set: '' }, { set: 'c' }, { set: 'a' }] };

function begin(boot: object, search = ''): void {
  store.clear();
  location.search = search;
  Object.assign(readBoot(), { studies: [{ uid: '1', sets: ['a', 'b', 'c', 'd'].map(set) }], layoutUrl: '/l/', screen: 1, layout: null, hangings: [], ...boot } as unknown as Boot);
}

const first = () => openingOf().set?.key;

test('the address goes before how it was left, that before a protocol, and that before what is usual', () => {
  begin({ layout: left('b'), hangings: [hanging] }, '?series=1.d');
  assert.equal(first(), 'd');
  begin({ layout: left('b'), hangings: [hanging] });
  assert.equal(first(), 'b');
  assert.equal(openingOf({ isAfresh: true }).set?.key, 'c');
  begin({ hangings: [hanging] });
  assert.equal(first(), 'c');
  begin({});
  assert.equal(first(), 'a');
});

test('a layout that does not hold any more is none, and of one that holds in part the rest is looked at', () => {
  begin({ layout: left('gone', 'gone too'), hangings: [hanging] });
  assert.deepEqual([first(), openingOf().kept], ['c', undefined]);
  begin({ layout: { ...left('b'), tree: { pane: '0' } } });
  assert.deepEqual([first(), openingOf().kept], ['a', undefined]);
  begin({ layout: left('gone', 'd') });
  assert.equal(first(), 'd');
});

test('what a window that died had not sent goes before what the server knows, also that nothing is kept', () => {
  const waits = (change: object) => store.set('lightbox.viewer.outbox:7:/l/', JSON.stringify({ url: '/l/', at: 1, ...change }));
  begin({ layout: left('b') });
  waits({ method: 'PUT', body: { arrangement: left('d') } });
  assert.equal(first(), 'd');
  waits({ method: 'DELETE' });
  assert.equal(first(), 'a');
});

test('a further screen goes on with the series that follow, whatever protocol fits', () => {
  begin({ screen: 2, hangings: [hanging] });
  assert.deepEqual([first(), openingOf().hanging], ['b', undefined]);
  begin({ screen: 4, layout: left('c') });
  assert.equal(first(), 'c');
});

test('without pictures nothing is looked at', () => {
  begin({ studies: [{ uid: '1', sets: [{ ...set('a'), kind: 'document' }] }] });
  assert.equal(first(), undefined);
});
