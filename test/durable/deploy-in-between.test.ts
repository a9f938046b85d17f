import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { startDevServer } from '../../dev/servers/index.ts';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import type { EffectRequest } from '../../src/wire/effect-call.ts';
import { oneQueueFor } from '../../src/wire/task-queues.ts';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import { app } from '../app/triage/app.ts';

test('a run that began before a deploy knows the effects that the deploy added, asked for once, under its own scope', async (t) => {
  const { address, stop } = await startDevServer({ isHeadless: true });
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const { saveSummary } = app.effects;
  const before = { app: { effects: { saveSummary } }, scope: 'first', ledgerName: 'ledger' };
  const after = { app, scope: 'second', ledgerName: 'ledger' };
  const versions = [before, after];
  const scopes: unknown[] = [];
  const effect = (result: object) => async (request: EffectRequest<unknown>) => {
    scopes.push(request.scope);
    return { replayed: false, result };
  };
  const worker = await Worker.create({
    ...{ connection: native, taskQueue: 'deploys' },
    workflowBundle: await workflowBundle(
      new URL('./deploy-in-between.ts', import.meta.url).pathname,
    ),
    activities: {
      readRules: (overrides: unknown) => {
        const version = versions.shift() ?? assert.fail('read once too often');
        return createRulesActivity({ ...version, queuesOf: oneQueueFor }).readRules(overrides);
      },
      saveSummary: effect({}),
      notify: effect({ id: 'thing-1' }),
    },
  });
  const running = worker.run();
  t.after(async () => {
    worker.shutdown();
    await running;
    await Promise.all([native.close(), connection.close()]);
    await stop();
  });
  const client = new Client({ connection });
  const options = { workflowId: 'T-1', taskQueue: 'deploys', args: [null] };
  assert.deepEqual(await client.workflow.execute('continued', options), { id: 'thing-1' });
  assert.deepEqual(scopes, ['first', 'first', 'first']);
});
