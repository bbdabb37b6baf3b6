// The part of an answer of WADO-RS.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partOf } from '../src/datasource/frames';

const JPEG = '1.2.840.10008.1.2.4.70';

test('the part of an answer is found with its syntax', () => {
  const text = `--b\r\nContent-Type: application/octet-stream; transfer-syntax=${JPEG}\r\n\r\nABC\r\n--b--\r\n`;
  const part = partOf(new TextEncoder().encode(text))!;
  assert.equal(part.syntax, JPEG);
  assert.equal(new TextDecoder().decode(part.bytes), 'ABC');
  assert.equal(partOf(new TextEncoder().encode('no part at all')), undefined);
});
