import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workflowStatus } from '../../src/client/status.ts';
import { startOrderWorld } from '../support/order-world.ts';
import { besideQueue, serveBeside } from '../support/serve-beside.ts';
import { oneLamp, startTestOrder } from '../support/start-test-order.ts';
import { until } from '../support/until.ts';

/**
 * A worker drops a task that failed before, and the server waits for its end: 10 s, and with each
 * attempt longer, up to ten minutes more. On a busy machine the mended worker waited two minutes.
 */
const triesSoon = [
  'history.defaultWorkflowTaskTimeout="1s"',
  'history.workflowTaskRetryMaxInterval="1s"',
];

test('a deploy that breaks the workflow between charge and ticket loses nothing: the mended one completes it', async (t) => {
  const world = await startOrderWorld({
    dynamicConfig: triesSoon,
    model: { answer: () => oneLamp },
  });
  t.after(world.stop);
  const end = await serveBeside(world, new URL('./broken-deploy.ts', import.meta.url));
  const { handle } = await startTestOrder({ ...world, taskQueue: besideQueue }, 'order-1');
  const stuck = await until(async () => (await workflowStatus(world.client, 'order-1')).stuck);
  assert.match(stuck, /^its workflow task fails: Cannot read properties of undefined/);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 0 });
  await end();

  t.after(await serveBeside(world));
  const result = await handle.result();
  assert.equal(result.ticket?.ticketNumber, 1);
  assert.deepEqual(await world.counts(), { rows: 1, charges: 1, tickets: 1 });
});
