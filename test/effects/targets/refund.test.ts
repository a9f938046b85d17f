import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StripeFault, type StripeSandbox, startStripe } from '../../../dev/sandbox/stripe.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import type { RefundInput } from '../../../src/effects/targets/stripe/payments.ts';
import { createRefund } from '../../../src/effects/targets/stripe/refund.ts';
import { createStripe } from '../../../src/effects/targets/stripe/stripe-client.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();
const pass: StripeFault = { kind: 'pass' };

/** A Stripe with one charge of 120 EUR, whose refunds fail as the list says and then work. */
async function paid(
  t: { after: (cleanup: () => Promise<void>) => void },
  faults: readonly StripeFault[] = [],
): Promise<{ stripe: StripeSandbox; chargeId: string }> {
  const left = [...faults];
  const stripe = await startStripe({
    customers: [{ id: 'cus_1' }],
    paymentMethods: [{ id: 'pm_good', customer: 'cus_1' }],
    faults: ({ path }) => (path === '/v1/refunds' ? (left.shift() ?? pass) : pass),
  });
  t.after(() => stripe.stop());
  const { id } = await clientOf(stripe).paymentIntents.create({
    amount: 12000,
    currency: 'eur',
    customer: 'cus_1',
    payment_method: 'pm_good',
    confirm: true,
  });
  return { stripe, chargeId: id };
}

const clientOf = (stripe: StripeSandbox) =>
  createStripe({ secretKey: stripe.secretKey, baseUrl: stripe.origin });

function refund(
  stripe: StripeSandbox,
  workflowId: string,
  input: RefundInput,
  more: object = {},
  requestTimeoutMs = 10_000,
) {
  const effect = { ...createRefund({ stripe: clientOf(stripe) }), ...more };
  const place = { scope: 'test', workflowId };
  return runOnce(ledger(), effect, place, input, { requestTimeoutMs });
}

const posts = (stripe: StripeSandbox) =>
  stripe.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds').length;

test('one request gives the whole charge back, under the key and with it in the metadata', async (t) => {
  const { stripe, chargeId } = await paid(t);
  const { result, key } = await refund(stripe, 'whole', { chargeId });
  assert.equal(key, 'test/whole:refund');
  assert.deepEqual(result, {
    refundId: 're_sandbox_1',
    chargeId,
    amountMinor: 12000,
    currency: 'eur',
  });
  assert.deepEqual(stripe.refunds()[0]?.metadata, { holdfast_key: 'test/whole:refund' });
  assert.equal((await refund(stripe, 'whole', { chargeId })).replayed, true);
  assert.equal(posts(stripe), 1);
});

test('a part is given back; another amount under the same key is IdempotencyKeyReused', async (t) => {
  const { stripe, chargeId } = await paid(t);
  const { result } = await refund(stripe, 'part', { chargeId, amountMinor: 500 });
  assert.equal(result.amountMinor, 500);
  const failure = await failureOf(refund(stripe, 'part', { chargeId }));
  assert.equal(failure.type, 'IdempotencyKeyReused');
  assert.equal(posts(stripe), 1);
});

test('more than is left is refused, and replayed without a request', async (t) => {
  const { stripe, chargeId } = await paid(t);
  const input = { chargeId, amountMinor: 12001 };
  assert.equal((await failureOf(refund(stripe, 'more', input))).type, 'EffectRefused');
  assert.equal((await failureOf(refund(stripe, 'more', input))).type, 'EffectRefused');
  assert.equal(posts(stripe), 1);
});

test('a pending refund parks, and is found done later without a second request', async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'refund', status: 'pending' }]);
  const failure = await failureOf(refund(stripe, 'pending', { chargeId }));
  assert.equal(failure.type, 'EffectUnknown');
  assert.equal(failure.reason, 'pending');
  const [made] = stripe.refunds();
  assert.ok(made);
  made.status = 'succeeded';
  assert.equal((await refund(stripe, 'pending', { chargeId })).result.amountMinor, 12000);
  assert.equal(posts(stripe), 1);
});

test('a refund that failed at the bank is refused', async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'refund', status: 'failed' }]);
  const failure = await failureOf(refund(stripe, 'failed', { chargeId }));
  assert.equal(failure.type, 'EffectRefused');
  assert.equal(failure.reason, 'failed');
});

for (const kind of ['lost', 'reset', 'hang'] as const) {
  test(`${kind}: in doubt, the same key later, one refund`, async (t) => {
    const { stripe, chargeId } = await paid(t, [{ kind }]);
    const timeoutMs = kind === 'hang' ? 300 : undefined;
    await failureOf(refund(stripe, `wire-${kind}`, { chargeId }, {}, timeoutMs));
    assert.equal(posts(stripe), 1);
    assert.equal((await refund(stripe, `wire-${kind}`, { chargeId })).result.chargeId, chargeId);
    assert.equal(posts(stripe), 2);
    assert.equal(stripe.refunds().length, 1);
  });
}

test('a stored 500 after execution: the refund is looked up and found', async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'storedServerError', executed: true }]);
  assert.equal((await refund(stripe, 'stored', { chargeId })).result.amountMinor, 12000);
  assert.equal(posts(stripe), 1);
  assert.equal(stripe.refunds().length, 1);
});

test('a stored 500 without execution: unknown, and no blind repeat', async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'storedServerError', executed: false }]);
  const failure = await failureOf(refund(stripe, 'stored-not', { chargeId }));
  assert.equal(failure.type, 'EffectUnknown');
  assert.equal(failure.reason, 'ServerError, and nothing was found');
  await failureOf(refund(stripe, 'stored-not', { chargeId }));
  assert.equal(posts(stripe), 1);
  assert.equal(stripe.refunds().length, 0);
});

test("beyond the key window it is looked up first; another order's refund is none", async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'lost' }]);
  await failureOf(refund(stripe, 'window', { chargeId, amountMinor: 100 }));
  await refund(stripe, 'other', { chargeId, amountMinor: 100 });
  stripe.forgetIdempotencyKeys();
  const { result } = await refund(
    stripe,
    'window',
    { chargeId, amountMinor: 100 },
    { keyWindowMs: 0 },
  );
  assert.equal(result.refundId, 're_sandbox_1');
  assert.equal(posts(stripe), 2);
  assert.equal(stripe.refunds().length, 2);
});

test('what Stripe holds of ours is listed by its mark, whatever became of it', async (t) => {
  const { stripe, chargeId } = await paid(t, [{ kind: 'refund', status: 'failed' }]);
  await failureOf(refund(stripe, 'listed-1', { chargeId }));
  await refund(stripe, 'listed-2', { chargeId, amountMinor: 100 });
  const { findMarked } = createRefund({ stripe: clientOf(stripe) });
  const query = { sinceMs: Date.now() - 60_000, signal: AbortSignal.timeout(1000) };
  const listed = async (of: string) => {
    const request = { payment_intent: of };
    return (await Array.fromAsync(findMarked?.list({ ...query, request }) ?? [])).flat();
  };
  assert.deepEqual(await listed(chargeId), [
    { mark: 'test/listed-2:refund', id: 're_sandbox_2', state: 'succeeded', done: true },
    { mark: 'test/listed-1:refund', id: 're_sandbox_1', state: 'failed', done: false },
  ]);
  assert.deepEqual(await listed('pi_no'), []);
});

test('an id that came with the line end of its file is the id', async (t) => {
  const { stripe } = await paid(t, []);
  const { input } = createRefund({ stripe: clientOf(stripe) });
  const { chargeId } = input.parse({ chargeId: 'pi_1\r' });
  assert.equal(chargeId, 'pi_1');
});
