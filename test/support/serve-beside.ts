import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { createRulesActivity } from '../../src/activities/create-rules-activity.ts';
import { orders } from '../../src/orders/app.ts';
import { taskQueuesOf } from '../../src/wire/task-queues.ts';
import { createWorkers } from '../../src/worker/create-workers.ts';
import type { OrderWorld } from './order-world.ts';

/** The queue of workflows that {@link serveBeside} serves. */
export const besideQueue = 'beside';

/**
 * Serves other workflows in a world of orders, with that world's calls and effects.
 *
 * @param workflows their file; those of orders by default.
 * @returns ends it.
 */
export async function serveBeside(
  world: OrderWorld,
  workflows?: URL,
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address: world.address });
  const queuesOf = () => taskQueuesOf(world.taskQueue);
  const made = { app: orders, scope: 'default', ledgerName: 'ledger', queuesOf };
  const workers = await createWorkers({
    ...{ connection, namespace: world.namespace, taskQueue: besideQueue, debugMode: true },
    rules: createRulesActivity(made),
    ...(workflows && { workflowsPath: fileURLToPath(workflows) }),
  });
  const running = workers.run();
  return async () => {
    workers.shutdown();
    await running;
    await connection.close();
  };
}
