import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StripeFault } from '../../../dev/sandbox/stripe.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createCharge } from '../../../src/effects/targets/stripe/charge.ts';
import type { ChargeInput } from '../../../src/effects/targets/stripe/payments.ts';
import { createStripe } from '../../../src/effects/targets/stripe/stripe-client.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';
import { charge, inFlight, posts, stripeWith, succeeded } from './charge-bench.ts';

const ledger = temporaryLedger();

test('one request charges the customer, with order and key in the metadata', async (t) => {
  const stripe = await stripeWith(t);
  const { result, key } = await charge(ledger(), stripe, 'plain');
  assert.equal(key, 'test/plain:charge');
  assert.equal(result.amountMinor, 12000);
  assert.equal(result.currency, 'eur');
  const [intent] = await stripe.paymentIntents();
  assert.equal(intent?.id, result.chargeId);
  assert.equal(intent?.status, 'succeeded');
  assert.deepEqual(intent?.metadata, {
    holdfast_order: 'plain',
    holdfast_key: 'test/plain:charge',
  });
  assert.deepEqual(
    stripe.requests.map(({ requestId }) => requestId),
    ['test/plain:charge'],
  );
  assert.equal((await charge(ledger(), stripe, 'plain')).replayed, true);
  assert.equal(stripe.requests.length, 1);
});

test('same key, other amount: IdempotencyKeyReused with zero requests', async (t) => {
  const stripe = await stripeWith(t);
  await charge(ledger(), stripe, 'amount');
  const before = stripe.requests.length;
  const other = { total: { amountMinor: 999900, currency: 'eur' } };
  const failure = await failureOf(charge(ledger(), stripe, 'amount', other));
  assert.equal(failure.type, 'IdempotencyKeyReused');
  assert.equal(stripe.requests.length, before);
});

test('a declined card is stored, and replayed without a request', async (t) => {
  const stripe = await stripeWith(t);
  const input = { paymentMethod: 'pm_declined' };
  const first = await failureOf(charge(ledger(), stripe, 'declined', input));
  assert.equal(first.type, 'EffectRefused');
  assert.equal(first.status, 402);
  assert.equal(first.reason, 'generic_decline');
  const second = await failureOf(charge(ledger(), stripe, 'declined', input));
  assert.deepEqual(second, { ...first, sent: false });
  assert.equal(stripe.requests.length, 1);
});

for (const [paymentMethod, status] of [
  ['pm_3ds', 'requires_action'],
  ['pm_slow', 'processing'],
]) {
  test(`${status} is no charge: it parks, and is looked at again without a second charge`, async (t) => {
    const stripe = await stripeWith(t);
    const input = { paymentMethod: paymentMethod ?? '' };
    const failure = await failureOf(charge(ledger(), stripe, `parks-${status}`, input));
    assert.equal(failure.type, 'EffectUnknown');
    assert.equal(failure.reason, status);
    assert.equal(
      (await failureOf(charge(ledger(), stripe, `parks-${status}`, input))).reason,
      status,
    );
    assert.equal(posts(stripe), 1);
  });
}

/** What goes wrong once, what the attempt says, and how many POSTs the charge takes in all. */
const transient: readonly {
  readonly name: string;
  readonly fault: StripeFault;
  readonly type: string;
  readonly sent: boolean | undefined;
  readonly posts: number;
  /** How the ledger's row stands after the first attempt. */
  readonly state: 'started' | 'released';
}[] = [
  {
    name: '429',
    fault: {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '2' },
      body: { error: { type: 'rate_limit_error' } },
    },
    type: 'RateLimited',
    sent: true,
    posts: 2,
    state: 'released',
  },
  {
    name: '409 in flight',
    fault: inFlight,
    type: 'EffectInProgress',
    sent: true,
    posts: 2,
    state: 'started',
  },
  {
    name: 'a reset before execution',
    fault: { kind: 'reset' },
    type: 'ConnectionFailed',
    sent: undefined,
    posts: 2,
    state: 'started',
  },
  {
    name: 'an answer lost after execution',
    fault: { kind: 'lost' },
    type: 'ConnectionFailed',
    sent: undefined,
    posts: 2,
    state: 'started',
  },
  {
    name: 'an answer cut short after execution',
    fault: { kind: 'cut' } as StripeFault,
    type: 'ConnectionFailed',
    sent: undefined,
    posts: 2,
    state: 'started',
  },
  {
    name: 'no answer within the timeout',
    fault: { kind: 'hang' },
    type: 'Timeout',
    sent: undefined,
    posts: 2,
    state: 'started',
  },
  {
    name: "a gateway's 503 in JSON, which the SDK takes for the payment",
    fault: { kind: 'status', status: 503, body: { message: 'Service Unavailable' } },
    type: 'Overloaded',
    sent: true,
    posts: 2,
    state: 'started',
  },
  {
    name: "a gateway's 403 page",
    fault: { kind: 'status', status: 403, body: '<html>denied</html>' },
    type: 'ServerError',
    sent: true,
    posts: 2,
    state: 'started',
  },
  {
    name: "Stripe's 503",
    fault: { kind: 'status', status: 503, body: { error: { type: 'api_error' } } },
    type: 'Overloaded',
    sent: true,
    posts: 2,
    state: 'started',
  },
  {
    name: "something's 200 in between",
    fault: { kind: 'raw', body: '{"status":"succeeded"}', contentType: 'application/json' },
    type: 'MalformedResponse',
    sent: true,
    posts: 2,
    state: 'started',
  },
];

for (const { name, fault, type, sent, state, posts: expectedPosts } of transient) {
  test(`${name}: one request an attempt, the same key later, one charge`, async (t) => {
    const stripe = await stripeWith(t, [fault]);
    const workflowId = `transient-${name.replace(/\W/g, '-')}`;
    const timeoutMs = fault.kind === 'hang' ? 300 : undefined;
    const first = charge(ledger(), stripe, workflowId, {}, undefined, timeoutMs);
    const failure = await failureOf(first);
    assert.equal(failure.type, type);
    assert.equal(failure.sent, sent);
    const row = await ledger().read({ key: `test/${workflowId}:charge` });
    assert.equal(row?.state, state);
    assert.equal(posts(stripe), 1, 'the SDK must not repeat a request on its own');
    assert.equal((await charge(ledger(), stripe, workflowId)).result.amountMinor, 12000);
    assert.equal(posts(stripe), expectedPosts);
    assert.equal(await succeeded(stripe), 1);
    assert.deepEqual(new Set(stripe.requests.map(({ requestId }) => requestId)).size, 1);
  });
}

test('a 429 carries its Retry-After', async (t) => {
  const stripe = await stripeWith(t, [
    { kind: 'status', status: 429, headers: { 'retry-after': '2' }, body: { error: {} } },
  ]);
  assert.equal((await failureOf(charge(ledger(), stripe, 'retry-after'))).retryAfterMs, 2000);
});

test('a bad key: nothing happened, and the same order is charged once the key is mended', async (t) => {
  const stripe = await stripeWith(t);
  const failure = await failureOf(charge(ledger(), stripe, 'credentials', {}, 'sk_test_wrong'));
  assert.equal(failure.type, 'InvalidCredentials');
  assert.equal((await charge(ledger(), stripe, 'credentials')).replayed, false);
  assert.equal(await succeeded(stripe), 1);
});

test('no server: surely nothing was sent', async (t) => {
  const stripe = await stripeWith(t);
  await stripe.stop();
  const failure = await failureOf(charge(ledger(), stripe, 'refused-connection'));
  assert.equal(failure.type, 'ConnectionFailed');
  assert.equal(failure.sent, false);
  const row = await ledger().read({ key: 'test/refused-connection:charge' });
  assert.equal(row?.state, 'released');
});

test("a payment is found although the database's clock is 20 minutes ahead of Stripe's", async (t) => {
  const stripe = await stripeWith(t);
  const { result, key } = await charge(ledger(), stripe, 'clock-ahead');
  const row = await ledger().read({ key });
  const client = createStripe({ secretKey: stripe.secretKey, baseUrl: stripe.origin });
  const { lookUp } = createCharge({ stripe: client });
  const total = { amountMinor: 12000, currency: 'eur' };
  const found = await lookUp?.({
    ...{ key, request: JSON.parse(row?.request ?? ''), apiVersion: undefined, inDoubt: true },
    input: { orderId: 'clock-ahead', customerId: 'cus_1', paymentMethod: 'pm_good', total },
    firstSentAtMs: (row?.firstSentAtMs ?? 0) + 20 * 60 * 1000,
    claimedAtMs: (row?.claimedAtMs ?? 0) + 20 * 60 * 1000,
    ...{ ageMs: () => 0, leftMs: () => 1500, heartbeat() {}, stillMine: async () => {} },
    signal: AbortSignal.timeout(1500),
  });
  assert.deepEqual(found, result);
});

test('a worker that died after charging: same request, same key, one charge', async (t) => {
  const stripe = await stripeWith(t);
  const client = createStripe({ secretKey: stripe.secretKey, baseUrl: stripe.origin });
  const effect = createCharge({ stripe: client });
  const place = { scope: 'test', workflowId: 'killed' };
  const input: ChargeInput = {
    orderId: 'killed',
    customerId: 'cus_1',
    paymentMethod: 'pm_good',
    total: { amountMinor: 12000, currency: 'eur' },
  };
  const dying = {
    ...effect,
    run: async (context: Parameters<typeof effect.run>[0]) => {
      await effect.run(context);
      throw new Error('died before it was recorded');
    },
  };
  await failureOf(runOnce(ledger(), dying, place, input));
  assert.equal(await succeeded(stripe), 1);
  const { replayed } = await runOnce(ledger(), effect, place, {
    ...input,
    paymentMethod: 'pm_new',
  });
  assert.equal(replayed, false);
  assert.equal(posts(stripe), 2);
  assert.equal(await succeeded(stripe), 1);
});

test('beyond the key window the payment is looked up first', async (t) => {
  const stripe = await stripeWith(t, [{ kind: 'lost' }]);
  await failureOf(charge(ledger(), stripe, 'window'));
  stripe.forgetIdempotencyKeys();
  const client = createStripe({ secretKey: stripe.secretKey, baseUrl: stripe.origin });
  const effect = { ...createCharge({ stripe: client }), keyWindowMs: 0 };
  const { result } = await runOnce(
    ledger(),
    effect,
    { scope: 'test', workflowId: 'window' },
    {
      orderId: 'window',
      customerId: 'cus_1',
      paymentMethod: 'pm_good',
      total: { amountMinor: 12000, currency: 'eur' },
    },
  );
  assert.equal(result.amountMinor, 12000);
  assert.equal(posts(stripe), 1);
  assert.equal(await succeeded(stripe), 1);
});
