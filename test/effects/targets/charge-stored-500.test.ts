import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';
import { charge, inFlight, posts, stripeWith, succeeded } from './charge-bench.ts';

const ledger = temporaryLedger();

test('a stored 500 after execution: the payment is looked up and found', async (t) => {
  const stripe = await stripeWith(t, [{ kind: 'storedServerError', executed: true }]);
  const { result } = await charge(ledger(), stripe, 'stored-done');
  assert.equal(result.amountMinor, 12000);
  assert.equal(posts(stripe), 1);
  assert.equal(await succeeded(stripe), 1);
});

test('a stored 500 without execution: not found, so unknown, and no blind repeat', async (t) => {
  const stripe = await stripeWith(t, [{ kind: 'storedServerError', executed: false }]);
  assert.equal((await failureOf(charge(ledger(), stripe, 'stored-not'))).type, 'EffectUnknown');
  assert.equal((await failureOf(charge(ledger(), stripe, 'stored-not'))).type, 'EffectUnknown');
  assert.equal(posts(stripe), 1);
  assert.equal(await succeeded(stripe), 0);
});

test('a stored 500 and no answer to the look-up: in doubt, cleared by the next attempt', async (t) => {
  const stripe = await stripeWith(
    t,
    [{ kind: 'storedServerError', executed: true }],
    [{ kind: 'reset' }],
  );
  assert.equal(
    (await failureOf(charge(ledger(), stripe, 'stored-blind'))).type,
    'ConnectionFailed',
  );
  assert.equal((await charge(ledger(), stripe, 'stored-blind')).result.amountMinor, 12000);
  assert.equal(await succeeded(stripe), 1);
});

for (const [executed, outcome] of [
  [true, 'the payment is found'],
  [false, 'nothing is found, so unknown'],
] as const) {
  test(`a stored 500, then 409, then the stored 500 again: one key throughout, and ${outcome}`, async (t) => {
    // The look-up after the first answer is lost, so that the charge goes on in doubt.
    const stripe = await stripeWith(
      t,
      [{ kind: 'storedServerError', executed }, inFlight],
      [{ kind: 'reset' }],
    );
    const workflowId = `stored-then-409-${executed}`;
    assert.equal((await failureOf(charge(ledger(), stripe, workflowId))).type, 'ConnectionFailed');
    const busy = await failureOf(charge(ledger(), stripe, workflowId));
    assert.deepEqual([busy.status, busy.type], [409, 'EffectInProgress']);
    if (executed)
      assert.equal((await charge(ledger(), stripe, workflowId)).result.amountMinor, 12000);
    else
      assert.equal((await failureOf(charge(ledger(), stripe, workflowId))).type, 'EffectUnknown');
    assert.deepEqual(
      stripe.requests.map(({ method, status }) => `${method} ${status}`),
      ['POST 500', 'GET undefined', 'POST 409', 'POST 500', 'GET 200'],
    );
    const keys = stripe.requests.flatMap(({ requestId = [] }) => requestId);
    assert.deepEqual(keys, Array(3).fill(`test/${workflowId}:charge`));
    assert.equal(await succeeded(stripe), executed ? 1 : 0);
  });
}
