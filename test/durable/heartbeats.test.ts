import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGates, type Gates } from '../../src/calls/gate/gates.ts';
import { startComplete } from '../../src/client/start.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { startOrderWorld } from '../support/order-world.ts';

const heartbeatTimeoutMs = 3000;

/** Each call takes two thirds of the heartbeat timeout: 20 s of the 30 that are usual. */
const slowly: Gates = {
  ...createGates(),
  async enter({ signal }) {
    await sleep((heartbeatTimeoutMs * 2) / 3, undefined, { signal });
    return { kind: 'go', pass: { ended() {} } };
  },
};

test('at most two heartbeats of a call of 20 s reach the server, and a cancellation comes with the next', async (t) => {
  assert.equal(catalogue.model.heartbeatTimeoutMs, 30_000);
  const world = await startOrderWorld({ gates: slowly, model: { answer: () => 'hello' } });
  t.after(() => world.stop());
  const start = (id: string) =>
    startComplete(
      world.client,
      {
        request: {
          model: 'openai:gpt-4o-mini',
          messages: [{ role: 'user', content: 'Say hello' }],
        },
        policies: resolvePolicies({ model: { heartbeatTimeoutMs } }),
      },
      { id, taskQueue: world.taskQueue },
    );

  const { handle } = await start('slow-1');
  const heartbeats = new Set<string>();
  for (;;) {
    const { raw, status } = await handle.describe();
    if (status.name !== 'RUNNING') break;
    const [pending] = raw.pendingActivities ?? [];
    const { seconds = 0, nanos = 0 } = pending?.lastHeartbeatTime ?? {};
    if (Number(seconds) > 0) heartbeats.add(`${seconds}.${nanos}`);
    await sleep(100);
  }
  assert.equal((await handle.result()).value, 'hello');
  assert.ok(heartbeats.size >= 1 && heartbeats.size <= 2, [...heartbeats].join(' '));

  const cancelled = await start('cancelled-1');
  while ((await cancelled.handle.describe()).raw.pendingActivities?.[0]?.state !== 2) {
    await sleep(50);
  }
  await cancelled.handle.cancel();
  await assert.rejects(cancelled.handle.result(), /cancel/i);
  assert.equal(world.sandbox.model.requests.length, 1, 'the cancelled one was never sent');
});
