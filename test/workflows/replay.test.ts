import '../support/quiet-runtime.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../../src/worker/workflow-bundle.ts';
import {
  activityTypesOf,
  type RecordedHistory,
  readHistories,
  stepsOf,
} from './recorded-histories.ts';

const parked = ['search attribute', 'memo'];
const unparked = ['search attribute', 'memo'];

/** Ways through the workflows that were really gone, by the name of the history. */
const recorded: Readonly<Record<string, readonly string[]>> = {
  'batch-completed': ['openRanges', 'runRange', 'openRanges', 'markBatch'],
  'batch-parked-resumed': [
    ...['openRanges', 'runRange', 'search attribute', 'markBatch', 'memo'],
    ...['update: resume', 'memo', 'markBatch', 'openRanges', 'runRange', 'openRanges', 'markBatch'],
  ],
  // The search attribute is that of a patch.
  'batch-paused-resumed': [
    ...['openRanges', 'search attribute', 'runRange', 'markBatch'],
    ...['markBatch', 'openRanges', 'markBatch'],
  ],
  'batch-via-api': [
    ...['tendSubmissions', 'timer', 'tendSubmissions', 'timer', 'tendSubmissions'],
    ...['openRanges', 'markBatch'],
  ],
  'batch-via-api-cancelled': [
    ...['tendSubmissions', 'timer', 'tendSubmissions', 'timer', 'tendSubmissions', 'timer'],
    ...['timer cancelled', 'cancelSubmissions', 'markBatch'],
  ],
  'client-batch-completed': [
    ...['timer', 'readClientFile', 'openRanges', 'runRange', 'openRanges', 'endClientBatch'],
  ],
  'client-batch-expired': ['timer', 'readClientFile', 'openRanges', 'runRange', 'endClientBatch'],
  'complete-deferred': ['callModel', 'timer', 'callModel'],
  'complete-fallback': ['callModel', 'failed: Overloaded', 'callModel'],
  'complete-malformed': ['callModel', 'timer', 'callModel', 'timer', 'callModel'],
  'complete-quota-resumed': [
    ...['callModel', 'failed: QuotaExhausted', ...parked, 'timer'],
    ...['update: resume', 'timer cancelled', ...unparked, 'callModel'],
  ],
  'complete-repaired': ['callModel', 'callModel'],
  'complete-truncated': ['callModel', 'callModel'],
  'forward-failed-told': [
    ...['callModel', 'failed: ContextLengthExceeded', 'endForwarded'],
    ...['readWebhookEvent', 'sendWebhook', 'webhookTold'],
  ],
  'forward-told': ['callModel', 'readWebhookEvent', 'sendWebhook', 'webhookTold'],
  'process-order': ['callModel', 'save', 'charge', 'ticket'],
  'process-order-approved': [
    ...['callModel', 'save', ...parked],
    ...['update: approve', ...unparked, 'charge', 'ticket'],
  ],
  'process-order-charge-resolved': [
    ...['callModel', 'save', 'charge', 'failed: EffectUnknown', ...parked],
    ...['update: resolve', 'resolveEffect', ...unparked, 'charge', 'ticket'],
  ],
  'process-order-ticket-resumed': [
    ...['callModel', 'save', 'charge', 'ticket', 'failed: Overloaded', ...parked],
    ...['update: resume', ...unparked, 'ticket'],
  ],
};

/** What today's workflow code has against each history, by name; `undefined` when it goes along. */
async function replay(histories: readonly RecordedHistory[]) {
  const results = Worker.runReplayHistories(
    { workflowBundle: await workflowBundle() },
    histories.map(({ name, history }) => ({ workflowId: name, history })),
  );
  const errors: Record<string, Error | undefined> = {};
  for await (const { workflowId, error } of results) errors[workflowId] = error;
  return errors;
}

test('the histories are of the ways that they are named after', () => {
  const found = readHistories().map((each) => [each.name, stepsOf(each)]);
  assert.deepEqual(Object.fromEntries(found), recorded);
});

test('workflows that began under the committed histories go on under the code of today', async () => {
  assert.deepEqual(
    await replay(readHistories()),
    Object.fromEntries(Object.keys(recorded).map((name) => [name, undefined])),
  );
});

test('code that asks for another activity than the history has is found out, in every history', async () => {
  const histories = readHistories();
  for (const history of histories) {
    const last = activityTypesOf(history).at(-1) ?? assert.fail(history.name);
    last.name = 'anotherActivity';
  }
  const errors = await replay(histories);
  assert.deepEqual(Object.keys(errors).sort(), Object.keys(recorded));
  for (const [name, error] of Object.entries(errors)) {
    assert.equal(error?.name, 'DeterminismViolationError', name);
    assert.match(error.message, /anotherActivity/, name);
  }
});

test('code that does the same in another order is found out', async () => {
  const order = readHistories().filter(({ name }) => name === 'process-order');
  const [, save, charge] = order.flatMap(activityTypesOf);
  assert.ok(save && charge);
  [save.name, charge.name] = [charge.name, save.name];
  const { 'process-order': error } = await replay(order);
  assert.equal(error?.name, 'DeterminismViolationError');
  assert.match(error.message, /save.*charge|charge.*save/s);
});
