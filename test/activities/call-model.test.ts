import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import { AttemptError } from '../../src/failures/attempt-error.ts';
import { createAttemptLog } from '../../src/llm/attempt-log.ts';
import type { CallModel } from '../../src/llm/call-model.ts';
import { createGates } from '../../src/llm/gate.ts';
import type { ModelOutcome, ModelRequest } from '../../src/model/model-call.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

const request: ModelRequest = {
  requestId: 'order-1/extract',
  model: 'openai:gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello' }],
  maximumOutputTokens: 100,
  policy: catalogue.model,
  attemptsUsed: 2,
};
const hello: CallModel = async () => ({
  text: 'hello',
  finishReason: 'stop',
  usage: { inputTokens: 3, outputTokens: 1 },
});

function activity(callModel: CallModel, gates = createGates()) {
  const attemptLog = createAttemptLog(pino({ level: 'silent' }));
  return createCallModelActivity({ callModel, attemptLog, gates, random: () => 0.5 });
}

test('a call that waits on a worker that stops gives its attempt back', async () => {
  const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
  const entry = { model: request.model, fairnessKey: '', tokens: 1, capMs: 1000 };
  await gates.enter({ ...entry, signal: new AbortController().signal });
  const env = new MockActivityEnvironment({ attempt: 3 });
  const outcome = env.run(activity(hello, gates), request);
  setTimeout(() => {
    env.cancel('WORKER_SHUTDOWN', {
      notFound: false,
      cancelRequested: false,
      paused: false,
      timedOut: false,
      workerShutdown: true,
      reset: false,
    } as never);
  }, 50);
  const { kind, attempts, delayMs } = (await outcome) as unknown as Record<string, number>;
  assert.deepEqual([kind, attempts, delayMs], ['deferred', 2, 1500]);
});

test('an earlier attempt that was killed may have been billed, one that ended with 503 not', async () => {
  const ended = new MockActivityEnvironment({
    attempt: 2,
    heartbeatDetails: { ended: 1, waitedMs: 0, possiblyBilled: 0 },
  });
  const killed = new MockActivityEnvironment({
    attempt: 3,
    heartbeatDetails: { ended: 1, waitedMs: 0, possiblyBilled: 0 },
  });
  const afterEnded = (await ended.run(activity(hello), request)) as ModelOutcome;
  const afterKilled = (await killed.run(activity(hello), request)) as ModelOutcome;
  assert.equal(afterEnded.possiblyBilled, 0);
  assert.equal(afterKilled.possiblyBilled, 1);
});

test('a timeout is noted for the attempts after it', async () => {
  const env = new MockActivityEnvironment({ attempt: 1 });
  const notes: unknown[] = [];
  env.on('heartbeat', (note) => notes.push(note));
  const fails = activity(async () => {
    throw new AttemptError({ type: 'Timeout', by: 'openai', sent: true });
  });
  await assert.rejects(env.run(fails, request), /Timeout by openai/);
  const { elapsedMs, ...note } = notes.at(-1) as Record<string, number>;
  assert.deepEqual(note, { ended: 1, waitedMs: 0, heldBack: 0, possiblyBilled: 1 });
  assert.ok(elapsedMs !== undefined && elapsedMs >= 0, `${elapsedMs}`);
});

test('what a provider says about coming back reaches the gate', async () => {
  const gates = createGates();
  const fails = activity(async () => {
    throw new AttemptError({
      type: 'RateLimited',
      by: 'openai',
      status: 429,
      sent: true,
      retryAfterMs: 9000,
    });
  }, gates);
  await assert.rejects(new MockActivityEnvironment().run(fails, request), /RateLimited/);
  const [gate] = gates.snapshot();
  assert.equal(gate?.state, 'limited');
  assert.equal(gate?.inFlight, 0);
  const nextInMs = gate?.nextInMs ?? 0;
  assert.ok(nextInMs > 8000 && nextInMs <= 9000, `${nextInMs}`);
});
