import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintOf, workflowIdFor } from '../../src/wire/identifiers.ts';

test('space around an id is no part of it: one order stays one', () => {
  for (const id of ['order-77', 'order-77\r', ' order-77\n', '\ufefforder-77']) {
    assert.equal(workflowIdFor(id), 'order-77');
  }
});

test('half an emoji has a fingerprint: the one of the text that can be kept', () => {
  assert.equal(fingerprintOf({ note: 'cut \ud83d' }), fingerprintOf({ note: 'cut \ufffd' }));
  assert.equal(fingerprintOf(['\udc00']), fingerprintOf(['\ufffd']));
  assert.equal(fingerprintOf({ '\ud83d': 1 }), fingerprintOf({ '\ufffd': 1 }));
});

test('what is whole keeps its fingerprint', () => {
  const value = { b: [1, 'ü😀', null], a: { at: new Date(0), left: undefined } };
  // printf '%s' '{"a":{"at":"1970-01-01T00:00:00.000Z"},"b":[1,"ü😀",null]}' | sha256sum
  assert.equal(
    fingerprintOf(value),
    'v1:c1bbab6c926c7196d834803bac3654c60929822a4ec6142ec0aee0b4f07e385c',
  );
});
