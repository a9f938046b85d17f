import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import type { CompleteInput } from '../../src/client.ts';
import {
  ClientError,
  cancel,
  listRunning,
  pollStatuses,
  resolvePolicies,
  type StatusRound,
  startComplete,
  workflowOutcome,
  workflowStatus,
} from '../../src/client.ts';
import { resolveOrderPolicies, startOrder } from '../../src/orders/start-order.ts';
import { until } from '../support/until.ts';
import { type StubWorker, startStubWorker } from './stub-worker.ts';

let stub: StubWorker;
let client: Client;
before(async () => {
  stub = await startStubWorker();
  client = new Client({ connection: await Connection.connect({ address: stub.server.address }) });
});
after(async () => {
  await client.connection.close();
  await stub.stop();
});

const policies = resolvePolicies();
const inputOf = (content: string): CompleteInput => ({
  request: { model: 'openai:gpt-4o-mini', messages: [{ role: 'user', content }] },
  policies,
});
const callsOf = (id: string) => stub.modelCalls.filter((called) => called === id).length;

test('twenty starts at once under one id are one workflow and one call', async () => {
  const starts = await Promise.all(
    Array.from({ length: 20 }, () => startComplete(client, inputOf('hi'), { id: 'once-1' })),
  );
  assert.equal(starts.filter(({ attached }) => !attached).length, 1);
  assert.equal(new Set(starts.map(({ runId }) => runId)).size, 1);
  const values = await Promise.all(starts.map(async ({ handle }) => (await handle.result()).value));
  assert.deepEqual([...new Set(values)], ['hello from once-1']);
  assert.equal(callsOf('once-1'), 1);
});

test('a start of one call carries its own policy, and none of the effects', async () => {
  const { handle } = await startComplete(client, inputOf('hi'), { id: 'small-1' });
  const { events } = await handle.fetchHistory();
  const { input } = events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const bytes = input?.payloads?.[0]?.data?.length ?? 0;
  assert.ok(bytes > 0 && bytes < 2000, `${bytes} bytes`);
});

test('attaching to a closed execution gives its result', async () => {
  await workflowOutcome(
    client,
    (await startComplete(client, inputOf('hi'), { id: 'closed-1' })).workflowId,
  );
  const again = await startComplete(client, inputOf('hi'), { id: 'closed-1' });
  assert.equal(again.attached, true);
  assert.equal((await again.handle.result()).value, 'hello from closed-1');
});

test('other input is refused, also with retryFailed, while it runs and after it failed', async () => {
  const reused = (error: unknown) =>
    error instanceof ClientError && error.kind === 'IdempotencyKeyReused';
  await startComplete(client, inputOf('a'), { id: 'hangs-other' });
  await assert.rejects(startComplete(client, inputOf('b'), { id: 'hangs-other' }), reused);
  await cancel(client, 'hangs-other');
  assert.deepEqual(await workflowOutcome(client, 'hangs-other'), {
    kind: 'failed',
    failure: { type: 'Cancelled', message: 'Cancelled on request' },
  });
  const options = { id: 'hangs-other', retryFailed: true };
  await assert.rejects(startComplete(client, inputOf('b'), options), reused);
});

test('an order that names no policies, or only a change, parks as those of the command do', async () => {
  const input = {
    request: { email: 'One lamp', customer: { id: 'cus_1', paymentMethod: 'pm_1' } },
    model: 'openai:gpt-4o-mini',
  };
  const changed = resolveOrderPolicies({ model: { maximumAttempts: 3 } });
  const failing = resolveOrderPolicies({ model: { onFailure: 'fail' } });
  await startOrder(client, input, { id: 'fails-order-1' });
  await startOrder(client, { ...input, policies: changed }, { id: 'fails-order-2' });
  await startOrder(client, { ...input, policies: failing }, { id: 'fails-order-3' });
  const outcomes = ['fails-order-1', 'fails-order-2', 'fails-order-3'].map(async (id) => {
    const outcome = await workflowOutcome(client, id);
    return outcome.kind === 'parked' ? outcome.waitsFor : outcome.kind;
  });
  assert.deepEqual(await Promise.all(outcomes), [
    'InvalidCredentials',
    'InvalidCredentials',
    'failed',
  ]);
});

test('an input over 2 MB is a typed failure before anything is sent', async () => {
  await assert.rejects(startComplete(client, inputOf('x'.repeat(2_100_000)), { id: 'large-1' }), {
    type: 'PayloadTooLarge',
  });
  await assert.rejects(workflowStatus(client, 'large-1'), { kind: 'not found' });
});

test('a status tells the attempt, the last failure and the time of the next try', async () => {
  await startComplete(client, inputOf('hi'), { id: 'retries-status' });
  const status = await until(async () => {
    const found = await workflowStatus(client, 'retries-status');
    return found.pending[0]?.nextAttemptAt ? found : undefined;
  });
  const [pending] = status.pending;
  assert.equal(pending?.activity, 'callModel');
  assert.equal(pending?.maximumAttempts, 8);
  assert.equal(pending?.lastFailure?.type, 'RateLimited');
  const waitMs = (pending?.nextAttemptAt?.getTime() ?? 0) - Date.now();
  assert.ok(waitMs > -200 && waitMs <= 2000, `next try in ${waitMs} ms`);
});

test('a termination says by whom it was asked', async () => {
  const { handle } = await startComplete(client, inputOf('hi'), { id: 'hangs-terminated' });
  await handle.terminate('cleaning up');
  const { failure, status } = await workflowStatus(client, 'hangs-terminated');
  assert.equal(status, 'TERMINATED');
  assert.deepEqual(failure, { type: 'Terminated', message: 'Terminated (cleaning up)' });
});

describe('pollStatuses', () => {
  test('waits for an id that does not exist yet, and ends when all are closed', async () => {
    const rounds: StatusRound[] = [];
    const polling = pollStatuses(client, { ids: ['later-1'], awaitMissing: true, intervalMs: 100 });
    for await (const round of polling) {
      rounds.push(round);
      if (rounds.length === 1) await startComplete(client, inputOf('hi'), { id: 'later-1' });
    }
    assert.deepEqual(rounds[0], { statuses: [], missing: ['later-1'] });
    assert.equal(rounds.at(-1)?.statuses[0]?.status, 'COMPLETED');
  });

  test('what closed while no worker answered is asked for its account four times, then left', async () => {
    const { handle } = await startComplete(client, inputOf('hi'), {
      id: 'unserved-1',
      taskQueue: 'nobody-serves-this',
    });
    await handle.terminate();
    const rounds: StatusRound[] = [];
    for await (const round of pollStatuses(client, { ids: ['unserved-1'], intervalMs: 1 })) {
      rounds.push(round);
    }
    assert.deepEqual(
      rounds.map(({ statuses }) => statuses[0]?.status),
      ['TERMINATED', 'TERMINATED', 'TERMINATED', 'TERMINATED'],
    );
  });

  test('an id that does not exist is an error otherwise', async () => {
    await assert.rejects(pollStatuses(client, { ids: ['nobody'] }).next(), { kind: 'not found' });
  });

  test('finds what runs, and leaves out the workflows of others', async () => {
    await startComplete(client, inputOf('hi'), { id: 'hangs-listed' });
    // Of the same name, but not started by Holdfast: it has no fingerprint.
    const foreign = await client.workflow.start('complete', {
      workflowId: 'foreign-1',
      taskQueue: 'nobody-serves-this',
      args: [],
    });
    const ids = await until(async () => {
      const listed = await listRunning(client);
      return listed.includes('hangs-listed') ? listed : undefined;
    });
    assert.equal(ids.includes('foreign-1'), false);
    await foreign.terminate();
    await cancel(client, 'hangs-listed');
  });
});
