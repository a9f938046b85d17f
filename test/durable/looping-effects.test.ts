import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { startDevServer } from '../../dev/servers/index.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import type { EffectRequest } from '../../src/wire/effect-call.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { failureOf } from '../support/failure-of.ts';

test('an effect in a loop names its step; the same name twice is EffectNameReused', async (t) => {
  const { address, stop } = await startDevServer({ isHeadless: true });
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const steps: (string | undefined)[] = [];
  const file = new URL('./looping-effects.ts', import.meta.url).pathname;
  const bundle = await workflowBundle(file);
  const workers = await Promise.all([
    Worker.create({ connection: native, taskQueue: 'loop', workflowBundle: bundle }),
    Worker.create({
      connection: native,
      taskQueue: 'loop-effects',
      activities: {
        charge: async ({ step }: EffectRequest<unknown>) => {
          steps.push(step);
          return { replayed: false, result: { chargeId: `pi_${step}` } };
        },
      },
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  t.after(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await Promise.all([native.close(), connection.close()]);
    await stop();
  });
  const client = new Client({ connection });
  const chargeMonths = (workflowId: string, ...months: string[]) =>
    client.workflow.execute('chargeMonths', {
      workflowId,
      taskQueue: 'loop',
      args: [resolvePolicies(), months],
    });

  assert.deepEqual(await chargeMonths('good', '2026-11', '2026-12'), ['pi_2026-11', 'pi_2026-12']);
  const failure = await failureOf(chargeMonths('twice', '2027-01', '2027-01'));
  assert.equal(failure.type, 'EffectNameReused');
  assert.match(failure.message, /charge\.2027-01 ran already/);
  assert.equal((await failureOf(chargeMonths('odd', 'a:b'))).type, 'InvalidRequest');
  assert.deepEqual(steps, ['2026-11', '2026-12', '2027-01']);
});
