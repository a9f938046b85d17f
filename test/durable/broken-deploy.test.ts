import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import { workflowStatus } from '../../src/client/status.ts';
import { orders } from '../../src/orders/app.ts';
import { taskQueuesOf } from '../../src/wire/task-queues.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import { startOrderWorld } from '../support/order-world.ts';
import { oneLamp, startTestOrder } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

test('a deploy that breaks the workflow between charge and ticket loses nothing: the mended one completes it', async (t) => {
  const world = await startOrderWorld({ model: { answer: () => oneLamp } });
  t.after(world.stop);
  const connection = await NativeConnection.connect({ address: world.address });
  const taskQueue = 'deploys';
  const queuesOf = () => taskQueuesOf(world.taskQueue);
  const rules = createRulesActivity({
    ...{ app: orders, scope: 'default', ledgerName: 'ledger', queuesOf },
  });
  const deploy = async (workflowsPath?: string) => {
    const workers = await createWorkers({
      ...{ connection, namespace: 'default', taskQueue, rules, debugMode: true },
      ...(workflowsPath !== undefined && { workflowsPath }),
    });
    const running = workers.run();
    return async () => {
      workers.shutdown();
      await running;
    };
  };
  const end = await deploy(fileURLToPath(new URL('./broken-deploy.ts', import.meta.url)));
  const { handle } = await startTestOrder({ ...world, taskQueue }, 'order-1');
  const stuck = await until(async () => (await workflowStatus(world.client, 'order-1')).stuck);
  assert.match(stuck, /^its workflow task fails: Cannot read properties of undefined/);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });
  await end();

  const endMended = await deploy();
  t.after(async () => {
    await endMended();
    await connection.close();
  });
  const result = await handle.result();
  assert.equal(result.ticket?.ticketNumber, 1);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});
