// Not covered: how windows hear of each other, and what they draw (tests/e2e/test_patient_windows.py).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry, type Talk } from '../../js/registry';

const says = (id: string, patient: string, deed: number, kind: Talk['kind'] = 'here'): Talk => ({ id, patient, name: patient, deed, kind });
const names = (windows: { name: string }[]) => windows.map(({ name }) => name);

test('a window of another patient that was used is told, one of the same patient is not', () => {
  const lin = new Registry('LIN', 1000);
  lin.hear(says('b', 'LIN', 5), 10);
  assert.deepEqual(lin.unsettled(10), []);
  lin.hear(says('c', 'CHEN', 6), 10);
  lin.hear(says('d', 'WANG', 8), 10);
  lin.hear(says('e', 'WANG', 1), 10);
  assert.deepEqual(names(lin.unsettled(10)), ['WANG', 'CHEN']);
});

test('one that was opened behind and never looked at disturbs nobody', () => {
  const lin = new Registry('LIN', 1000);
  lin.hear(says('b', 'CHEN', 0), 10);
  assert.deepEqual(lin.unsettled(10), []);
  assert.deepEqual(names(lin.strangers(10)), ['CHEN']);
});

test('confirmed it is quiet until the other one is used again', () => {
  const lin = new Registry('LIN', 1000);
  lin.hear(says('b', 'CHEN', 20), 20);
  lin.confirm(15); // clocks of one machine, but a message may come late
  assert.deepEqual(lin.unsettled(30), []);
  lin.hear(says('b', 'CHEN', 40), 40);
  assert.deepEqual(names(lin.unsettled(40)), ['CHEN']);
});

test('a window that says goodbye, goes over to this patient or falls silent is forgotten', () => {
  const lin = new Registry('LIN', 1000);
  for (const id of ['b', 'c', 'd']) lin.hear(says(id, `CHEN ${id}`, 5), 10);
  lin.hear(says('b', 'CHEN b', 5, 'bye'), 11);
  lin.hear(says('c', 'LIN', 12), 12);
  assert.equal(lin.strangers(1010).length, 1);
  assert.equal(lin.strangers(1011).length, 0);
});
