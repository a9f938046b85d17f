import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import Stripe from 'stripe';
import { type StripeFault, type StripeSandbox, startStripe } from '../../../dev/sandbox/stripe.ts';

let sandbox: StripeSandbox;
let stripe: Stripe;
/** Faults by the number of the POST with its key; afterwards everything passes. */
async function start(faults: readonly StripeFault[] = []) {
  sandbox = await startStripe({
    customers: [{ id: 'cus_ada', name: 'Ada' }, { id: 'cus_other' }],
    paymentMethods: [
      { id: 'pm_ada', customer: 'cus_ada' },
      { id: 'pm_empty', customer: 'cus_ada', outcome: 'declines' },
      { id: 'pm_3ds', customer: 'cus_ada', outcome: 'requiresAction' },
      { id: 'pm_slow', customer: 'cus_ada', outcome: 'processing' },
      { id: 'pm_other', customer: 'cus_other' },
    ],
    faults: ({ method, nthForThisKey }) =>
      (method === 'POST' ? faults[nthForThisKey - 1] : undefined) ?? { kind: 'pass' },
  });
  stripe = connect(sandbox.secretKey);
}
const connect = (key: string) =>
  new Stripe(key, {
    host: sandbox.host,
    port: sandbox.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    // With its Node client the SDK repeats a reset request once, whatever maxNetworkRetries says.
    httpClient: Stripe.createFetchHttpClient(),
    telemetry: false,
  });
const charge = (
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
  key = 'prod/order-1:charge',
) =>
  stripe.paymentIntents.create(
    {
      amount: 1250,
      currency: 'eur',
      customer: 'cus_ada',
      payment_method: 'pm_ada',
      confirm: true,
      metadata: { holdfast_key: key },
      ...more,
    },
    { idempotencyKey: key },
  );
/** With the fetch client `lastResponse` is fetch's own Response, whose headers are a Headers. */
const isReplayed = ({ lastResponse }: Stripe.Response<unknown>) =>
  new Headers(lastResponse.headers).get('idempotent-replayed') === 'true';
afterEach(() => sandbox.stop());

describe('payment intents', () => {
  it('succeed at once when created with confirm, and are listed by customer', async () => {
    await start();
    const made = await charge();
    assert.equal(made.status, 'succeeded');
    assert.equal(made.amount_received, 1250);
    assert.match(String(made.latest_charge), /^ch_/);
    const createdSince = { gte: made.created };
    const listed = await stripe.paymentIntents.list({ customer: 'cus_ada', created: createdSince });
    assert.deepEqual(
      listed.data.map(({ id, status, metadata }) => [id, status, metadata.holdfast_key]),
      [[made.id, 'succeeded', 'prod/order-1:charge']],
    );
    const others = await stripe.paymentIntents.list({ customer: 'cus_other' });
    assert.deepEqual(others.data, []);
    assert.equal((await stripe.paymentIntents.retrieve(made.id)).amount_received, 1250);
  });

  it('list over pages, and the sandbox counts them all', async () => {
    await start();
    for (const n of [1, 2, 3]) await charge({ amount: n }, `key-${n}`);
    const amounts: number[] = [];
    for await (const { amount } of stripe.paymentIntents.list({ limit: 2 })) amounts.push(amount);
    assert.deepEqual(amounts, [3, 2, 1]);
    assert.deepEqual(
      (await sandbox.paymentIntents()).map(({ amount }) => amount),
      [1, 2, 3],
    );
  });

  it('park where the bank wants more', async () => {
    await start();
    const asked = await charge({ payment_method: 'pm_3ds' }, 'key-1');
    const slow = await charge({ payment_method: 'pm_slow' }, 'key-2');
    assert.deepEqual([asked.status, slow.status], ['requires_action', 'processing']);
    const listed = await stripe.paymentIntents.list({ customer: 'cus_ada' });
    assert.deepEqual(
      listed.data.map(({ status, amount_received }) => [status, amount_received]),
      [
        ['processing', 0],
        ['requires_action', 0],
      ],
    );
  });

  it("refuse another customer's payment method, an unknown customer, a fraction of a cent", async () => {
    await start();
    await assert.rejects(charge({ payment_method: 'pm_other' }), { code: 'resource_missing' });
    await assert.rejects(charge({ customer: 'cus_nobody' }), { code: 'resource_missing' });
    await assert.rejects(charge({ amount: 12.5 }), { code: 'parameter_invalid_integer' });
    assert.deepEqual(await sandbox.paymentIntents(), []);
    assert.equal((await charge()).status, 'succeeded', 'a failed validation is not stored');
  });

  it('need the secret key', async () => {
    await start();
    await assert.rejects(connect('sk_test_other').paymentIntents.list(), {
      type: 'StripeAuthenticationError',
    });
  });
});

describe('the idempotency key', () => {
  it('replays the stored answer, marked as replayed', async () => {
    await start();
    const first = await charge();
    const second = await charge();
    assert.equal(second.id, first.id);
    assert.equal(isReplayed(first), false);
    assert.equal(isReplayed(second), true);
    assert.equal((await sandbox.paymentIntents()).length, 1);
    assert.deepEqual(
      sandbox.requests.map(({ requestId, status }) => [requestId, status]),
      [
        ['prod/order-1:charge', 200],
        ['prod/order-1:charge', 200],
      ],
    );
  });

  it('with other parameters is a 400', async () => {
    await start();
    await charge();
    await assert.rejects(charge({ amount: 9999 }), {
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
    assert.equal((await sandbox.paymentIntents()).length, 1);
  });

  it('in flight is a 409', async () => {
    await start([{ kind: 'delay', delayMs: 150 }]);
    const [first, second] = await Promise.allSettled([charge(), charge()]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status === 'rejected' && second.reason.statusCode, 409);
    assert.equal(second.status === 'rejected' && second.reason.code, 'idempotency_key_in_use');
    assert.equal((await charge()).status, 'succeeded');
    assert.equal((await sandbox.paymentIntents()).length, 1);
  });

  it('forgotten, charges again', async () => {
    await start();
    await charge();
    sandbox.forgetIdempotencyKeys();
    await charge();
    assert.equal((await sandbox.paymentIntents()).length, 2);
  });
});

describe('faults', () => {
  it('a 500 is stored, with the charge made or not', async () => {
    for (const executed of [true, false]) {
      await start([{ kind: 'storedServerError', executed }]);
      for (const _ of ['first', 'replayed']) {
        await assert.rejects(charge(), { type: 'StripeAPIError', statusCode: 500 });
      }
      assert.equal((await sandbox.paymentIntents()).length, executed ? 1 : 0);
      await sandbox.stop();
    }
  });

  it('a decline is stored and leaves an intent that took no money', async () => {
    await start([{ kind: 'declined', declineCode: 'insufficient_funds' }]);
    for (const _ of ['first', 'replayed']) {
      await assert.rejects(charge(), {
        type: 'StripeCardError',
        code: 'card_declined',
        decline_code: 'insufficient_funds',
      });
    }
    await assert.rejects(charge({ payment_method: 'pm_empty' }, 'key-2'), { statusCode: 402 });
    assert.deepEqual(
      (await sandbox.paymentIntents()).map(({ status, amount_received }) => [
        status,
        amount_received,
      ]),
      [
        ['requires_payment_method', 0],
        ['requires_payment_method', 0],
      ],
    );
  });

  it('a connection lost or cut after execution: the same key finds the charge', async () => {
    await start([{ kind: 'lost' }, { kind: 'cut' }]);
    await assert.rejects(charge(), { type: 'StripeConnectionError' });
    await assert.rejects(charge());
    const third = await charge();
    assert.equal(isReplayed(third), true);
    assert.deepEqual(
      (await sandbox.paymentIntents()).map(({ id }) => id),
      [third.id],
    );
    assert.deepEqual(
      sandbox.requests.map(({ fault, status }) => [fault, status]),
      [
        ['lost', undefined],
        ['cut', 200],
        ['pass', 200],
      ],
    );
  });

  it('a 429 comes before execution and is not stored', async () => {
    await start([{ kind: 'status', status: 429, body: { error: { type: 'rate_limit' } } }]);
    await assert.rejects(charge(), { statusCode: 429 });
    assert.deepEqual(await sandbox.paymentIntents(), []);
    assert.equal((await charge()).status, 'succeeded');
  });
});
