import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOnce } from '../../../src/effects/once/run-once.ts';
import { createPostWebhook } from '../../../src/effects/targets/http/post-webhook.ts';
import { webhookTarget } from '../targets/webhook-target.ts';
import { startEffectProcess } from './start-effect-process.ts';
import { temporaryLedger } from './temporary-ledger.ts';

const ledger = temporaryLedger();
const hourMs = 60 * 60 * 1000;
const slow = { kind: 'delay', delayMs: 1500 } as const;
const options = { leaseMs: 10_000, maximumWaitMs: 20_000 };

for (const [name, wrongByMs] of [
  ['ahead', hourMs],
  ['behind', -hourMs],
] as const) {
  const nodeArgs = [
    '--import',
    `${new URL('wrong-clock.ts', import.meta.url).href}?ms=${wrongByMs}`,
  ];

  test(`a worker whose clock is an hour ${name} holds its claim, and respects another's`, async (t) => {
    const target = await webhookTarget(t, () => slow);
    const post = (workflowId: string) =>
      runOnce(
        ledger(),
        createPostWebhook({ url: target.origin }),
        { scope: 'test', workflowId },
        { event: 'order.paid', data: { workflowId } },
        options,
      );
    const start = (id: string) =>
      startEffectProcess(
        t,
        {
          database: { sqliteFile: ledger().name },
          webhook: { url: target.origin },
          ids: [id],
          times: 1,
          options,
        },
        { nodeArgs },
      );
    const held = `held-by-${name}`;
    const respected = `respected-by-${name}`;
    const [holder, other] = await Promise.all([start(held), start(respected)]);

    const holding = holder.begin();
    const ours = post(respected);
    await sleep(500);
    const [taken, theirs] = [post(held), other.begin()];
    assert.deepEqual(await holding, ['done']);
    assert.equal((await taken).replayed, true);
    assert.equal((await ours).replayed, false);
    assert.deepEqual(await theirs, ['replayed']);
    assert.equal(target.keys.length, 2);
  });
}
