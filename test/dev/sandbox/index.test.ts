import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Stripe from 'stripe';
import { loadExampleOrders } from '../../../dev/sandbox/example-orders.ts';
import { type Sandbox, startSandbox } from '../../../dev/sandbox/index.ts';

describe('the whole sandbox', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox();
  });
  after(() => sandbox.stop());

  it('can charge every example customer with their own method', async () => {
    const { host, port, secretKey } = sandbox.stripe;
    const stripe = new Stripe(secretKey, {
      host,
      port,
      protocol: 'http',
      httpClient: Stripe.createFetchHttpClient(),
      maxNetworkRetries: 0,
    });
    for (const { orderId, request } of loadExampleOrders()) {
      const { id, paymentMethod } = request.customer;
      const made = await stripe.paymentIntents.create(
        {
          amount: 100,
          currency: 'eur',
          customer: id,
          payment_method: paymentMethod,
          confirm: true,
        },
        { idempotencyKey: orderId },
      );
      assert.equal(made.status, 'succeeded');
    }
    assert.equal((await sandbox.stripe.paymentIntents()).length, 12);
  });

  it('has a repository without issues, and a model that has not been asked', async () => {
    assert.deepEqual(await sandbox.github.issues(), []);
    assert.deepEqual(sandbox.model.requests, []);
    assert.match(sandbox.model.baseUrl, /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('stops at once, and may be stopped twice', async () => {
    await sandbox.stop();
    await assert.rejects(fetch(sandbox.model.baseUrl));
    await assert.rejects(fetch(sandbox.github.baseUrl));
    await assert.rejects(fetch(sandbox.stripe.origin));
  });
});
