import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { pendingAttempts } from '../../src/client/pending-attempts.ts';

const held = { gate: 'openai:gpt-4o-mini', reason: 'is down', sinceMs: 1_000 };
const loadedDataConverter = { payloadConverter: defaultPayloadConverter, payloadCodecs: [] };
const client = { options: { loadedDataConverter } } as unknown as Client;

/** The server's account of a call that runs its second attempt, with the heartbeat that it saw last. */
function description(heartbeat: object): WorkflowExecutionDescription {
  const call = {
    activityId: 'complete',
    activityType: { name: 'callModel' },
    state: 2,
    attempt: 2,
    maximumAttempts: 8,
    heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(heartbeat)] },
  };
  return { raw: { pendingActivities: [call] } } as unknown as WorkflowExecutionDescription;
}

test('what a killed attempt told last, that it waits, is not said of the one after it', async () => {
  const [waits] = await pendingAttempts(client, description({ attempt: 2, held }));
  assert.deepEqual(waits?.held, held);
  const [goes] = await pendingAttempts(client, description({ attempt: 1, held }));
  assert.equal(goes?.held, undefined);
});
