import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoopbackServer } from '../../../dev/sandbox/loopback-server.ts';
import { recordOf } from '../../../dev/sandbox/request-record.ts';
import {
  deliver,
  hang,
  lost,
  pass,
  reset,
  type WireFault,
} from '../../../dev/sandbox/wire-fault.ts';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createPostWebhook } from '../../../src/effects/targets/http/post-webhook.ts';
import { failureOf } from '../once/expect-failure.ts';
import { temporaryLedger } from '../once/temporary-ledger.ts';

const ledger = temporaryLedger();

/** A listener that answers 200 without a body, after the faults. */
async function listener(
  t: { after: (cleanup: () => Promise<void>) => void },
  faults: readonly WireFault[] = [],
) {
  const received: unknown[] = [];
  const paths: string[] = [];
  const server = await startLoopbackServer({
    handle: async (exchange) => {
      paths.push(exchange.url.pathname + exchange.url.search);
      const fault = faults[paths.length - 1] ?? pass;
      await deliver(exchange, recordOf(exchange), fault, async () => {
        received.push(JSON.parse(exchange.body.toString('utf8')));
        return { status: 200, headers: {}, body: '' };
      });
    },
  });
  t.after(() => server.stop());
  return { url: `${server.origin}/hooks/T1?token=hush`, received, paths, stop: server.stop };
}

const post = ({ url }: { url: string }, workflowId: string, requestTimeoutMs = 10_000) =>
  runOnce(
    ledger(),
    createPostWebhook({ url }),
    { scope: 'test', workflowId },
    { event: 'order.paid', data: { orderId: workflowId } },
    { requestTimeoutMs },
  );

test('one request posts it, and a repeat posts nothing', async (t) => {
  const hook = await listener(t);
  assert.deepEqual((await post(hook, 'plain')).result, { status: 200 });
  assert.equal((await post(hook, 'plain')).replayed, true);
  assert.deepEqual(hook.received, [
    { id: 'test/plain:webhook', event: 'order.paid', data: { orderId: 'plain' } },
  ]);
  assert.deepEqual(hook.paths, ['/hooks/T1?token=hush']);
});

test("the endpoint's address, which may be a secret, is not in the ledger", async (t) => {
  const hook = await listener(t);
  await post(hook, 'secret');
  const row = await ledger().read({ key: 'test/secret:webhook' });
  assert.equal(row?.request.includes('hush'), false);
});

const doubtful: readonly (readonly [string, WireFault])[] = [
  ['a lost answer', lost],
  ['a reset', reset],
  ['no answer in time', hang],
  ['500', { kind: 'status', status: 500 }],
  ['503', { kind: 'status', status: 503 }],
  ['408', { kind: 'status', status: 408 }],
];

for (const [name, fault] of doubtful) {
  test(`${name}: unknown at once, and never posted again`, async (t) => {
    const hook = await listener(t, [fault]);
    const workflowId = `doubt-${name.replace(/\W/g, '-')}`;
    const timeoutMs = fault === hang ? 200 : undefined;
    assert.equal((await failureOf(post(hook, workflowId, timeoutMs))).type, 'EffectUnknown');
    assert.equal((await failureOf(post(hook, workflowId))).type, 'EffectUnknown');
    assert.equal(hook.paths.length, 1);
  });
}

for (const status of [401, 403, 425, 429]) {
  test(`${status}: surely not taken, so posted again`, async (t) => {
    const hook = await listener(t, [{ kind: 'status', status }]);
    await failureOf(post(hook, `again-${status}`));
    await post(hook, `again-${status}`);
    assert.equal(hook.received.length, 1);
  });
}

test('404 and 409 are a definitive no', async (t) => {
  for (const status of [404, 409]) {
    const hook = await listener(t, [{ kind: 'status', status }]);
    assert.equal((await failureOf(post(hook, `no-${status}`))).type, 'EffectRefused');
    assert.equal((await failureOf(post(hook, `no-${status}`))).type, 'EffectRefused');
    assert.equal(hook.paths.length, 1);
  }
});

test('a listener that is away was never reached: posted once it is back', async (t) => {
  const hook = await listener(t);
  await hook.stop();
  const failure = await failureOf(post(hook, 'away'));
  assert.equal(failure.type, 'ConnectionFailed');
  assert.equal(failure.sent, false);
});
