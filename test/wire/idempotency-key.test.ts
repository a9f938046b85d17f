import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import {
  idempotencyKey,
  keyOfGeneration,
  keyOwner,
  keyPrefix,
  markedGeneration,
  ownerOfKey,
  parseIdempotencyKey,
  splitGeneration,
} from '../../src/wire/idempotency-key.ts';

const charge = { scope: 'prod', workflowId: 'order-1042', effect: 'charge' };

describe('idempotency keys', () => {
  for (const [parts, key] of [
    [charge, 'prod/order-1042:charge'],
    [{ ...charge, generation: 1 }, 'prod/order-1042:charge'],
    [{ ...charge, generation: 2 }, 'prod/order-1042:charge#2'],
    [{ ...charge, generation: 999_999_999 }, 'prod/order-1042:charge#999999999'],
    [{ ...charge, effect: 'charge.2026-11' }, 'prod/order-1042:charge.2026-11'],
  ] as const) {
    test(`${key}, from ${JSON.stringify(parts)}, and back`, () => {
      assert.equal(idempotencyKey(parts), key);
      assert.deepEqual(parseIdempotencyKey(key), { generation: 1, ...parts });
    });
  }

  for (const [part, value, named] of [
    ['effect', 'charge#2', 'effect'],
    ['effect', 'a:b', 'effect'],
    ['effect', '', 'effect'],
    ['effect', 'x'.repeat(41), 'effect'],
    ['scope', 'a/b', 'scope'],
    ['scope', '', 'scope'],
    ['workflowId', 'c:d', 'workflow id'],
    ['workflowId', 'c/d', 'workflow id'],
    ['workflowId', 'x'.repeat(161), 'workflow id'],
    ['generation', 0, 'generation'],
    ['generation', -1, 'generation'],
    ['generation', 1.5, 'generation'],
    ['generation', Number.NaN, 'generation'],
    ['generation', 1_000_000_000, 'generation'],
  ] as const) {
    test(`no key with the ${named} ${String(value).slice(0, 20)}`, () => {
      assert.throws(
        () => idempotencyKey({ ...charge, [part]: value }),
        (error) => {
          assert.ok(error instanceof ApplicationFailure);
          assert.deepEqual(
            [error.type, error.nonRetryable, error.message],
            ['InvalidRequest', true, `the ${named} does not fit an idempotency key`],
          );
          return true;
        },
      );
    });
  }

  for (const text of [
    '',
    'charge',
    'prod/order-1042',
    'prod/order-1042:',
    '/order-1042:charge',
    'prod/a/b:charge',
    'prod/a:b:charge',
    'prod/order-1042:charge#0',
    'prod/order-1042:charge#02',
    'prod/order-1042:charge#2#3',
    'prod/order-1042:charge#1000000000',
  ]) {
    test(`"${text}" is none`, () => assert.equal(parseIdempotencyKey(text), undefined));
  }

  for (const [key, first, generation, marked] of [
    ['prod/order-1042:charge', 'prod/order-1042:charge', 1, undefined],
    ['prod/order-1042:charge#1', 'prod/order-1042:charge', 1, 1],
    ['prod/order-1042:charge#2', 'prod/order-1042:charge', 2, 2],
    ['prod/order-1042:charge#12', 'prod/order-1042:charge', 12, 12],
  ] as const) {
    test(`the generation of ${key}`, () => {
      assert.deepEqual(splitGeneration(key), { first, generation });
      assert.equal(markedGeneration(key), marked);
    });
  }

  test('another generation of the same effect', () => {
    assert.equal(keyOfGeneration('prod/order-1042:charge', 3), 'prod/order-1042:charge#3');
    assert.equal(keyOfGeneration('prod/order-1042:charge#2', 3), 'prod/order-1042:charge#3');
    assert.equal(keyOfGeneration('prod/order-1042:charge#2', 1), 'prod/order-1042:charge');
    assert.throws(() => keyOfGeneration('prod/order-1042:charge', 0), /generation does not fit/);
  });

  test('whose a key is, how the keys of a scope and of a workflow begin', () => {
    assert.equal(keyOwner('prod', 'order-1042'), 'prod/order-1042');
    assert.equal(ownerOfKey('prod/order-1042:charge#2'), 'prod/order-1042');
    assert.equal(keyPrefix('prod'), 'prod/');
    assert.equal(keyPrefix('prod', 'order-1042'), 'prod/order-1042:');
  });
});
