import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import type { AttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { AttemptNotes } from '../../src/wire/attempt-notes.ts';
import type { ModelRequest } from '../../src/wire/model-call.ts';

const request: ModelRequest = {
  step: 'extract',
  model: 'openai:gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello' }],
  maximumOutputTokens: 100,
  policy: catalogue.model,
  attemptsUsed: 0,
};

test('a call that waits says in its heartbeats where and why, until it may go', async () => {
  const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
  const entry = { model: request.model, fairnessKey: '', tokens: 1, capMs: 1000 };
  const first = await gates.enter({ ...entry, signal: new AbortController().signal });
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 300 });
  const heldBy: unknown[] = [];
  env.on('heartbeat', ({ held }: AttemptNotes) => {
    heldBy.push(held && [held.gate, held.reason]);
    if (held && first.kind === 'go') first.pass.ended({ signal: 'answered' });
  });
  const attemptCall: AttemptCall = async () => {
    await once(env, 'heartbeat');
    return { text: 'hello', finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 1 } };
  };
  const attemptLog = createAttemptLog(pino({ level: 'silent' }));
  const callModel = createCallModelActivity({ attemptCall, attemptLog, gates, random: () => 0.5 });
  await env.run(callModel, request);
  const why = 'has as many calls in flight as it may have';
  assert.deepEqual(heldBy.slice(0, 2), [['openai:gpt-4o-mini', why], undefined]);
});

test('who was told that a call waits is told at once when it goes, whatever the heartbeat', async () => {
  const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
  const entry = { model: request.model, fairnessKey: '', tokens: 1, capMs: 60_000 };
  const first = await gates.enter({ ...entry, signal: new AbortController().signal });
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 600_000 });
  const told: boolean[] = [];
  env.on('heartbeat', ({ held }: AttemptNotes) => {
    told.push(held !== undefined);
    if (held && first.kind === 'go') first.pass.ended({ signal: 'answered' });
  });
  const attemptCall: AttemptCall = async () => {
    assert.deepEqual(told, [true, false]);
    return { text: 'hello', finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 1 } };
  };
  const attemptLog = createAttemptLog(pino({ level: 'silent' }));
  await env.run(
    createCallModelActivity({ attemptCall, attemptLog, gates, random: () => 0.5 }),
    request,
  );
  assert.deepEqual(told, [true, false]);
});
