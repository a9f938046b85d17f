import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createCallModelActivity } from '../../src/activities/call-model.ts';
import type { AttemptCall } from '../../src/calls/attempt-call.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { AttemptError } from '../../src/failures/attempt-error.ts';
import type { FailureDetails } from '../../src/failures/failure-details.ts';
import { createAttemptRecorder } from '../../src/journal/attempt-recorder.ts';
import type { KnownAttempt } from '../../src/journal/attempts-file.ts';
import { createCallJournal } from '../../src/journal/call-journal.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import type { ModelOutcome, ModelRequest } from '../../src/wire/model-call.ts';

const request: ModelRequest = {
  step: 'extract',
  model: 'openai:gpt-4o-mini',
  messages: [{ role: 'user', content: 'Say hello' }],
  maximumOutputTokens: 100,
  policy: catalogue.model,
  attemptsUsed: 2,
};
const hello: AttemptCall = async () => ({
  text: 'hello',
  finishReason: 'stop',
  usage: { inputTokens: 3, outputTokens: 1 },
});

function detailsOf(error: unknown): FailureDetails {
  assert.ok(error instanceof ApplicationFailure || error instanceof CancelledFailure, `${error}`);
  return (error.details?.[0] ?? {}) as FailureDetails;
}

/** A journal that keeps its attempts here; `ends` are those that have ended. */
function journalInMemory() {
  const kept = new Map<number, KnownAttempt>();
  const put = (attempts: ReadonlyMap<number, KnownAttempt>) => {
    for (const [number, attempt] of attempts) kept.set(number, attempt);
    return true;
  };
  const recorder = createAttemptRecorder({ put }, 'worker', Date.now);
  const ends = () => {
    recorder.write();
    return [...kept.values()].flatMap((attempt) => ('outcome' in attempt ? [attempt] : []));
  };
  return { journal: createCallJournal(recorder), ends };
}

/** What the SDK tells an activity when its worker stops. */
function shutDown(env: MockActivityEnvironment): void {
  env.cancel('WORKER_SHUTDOWN', {
    notFound: false,
    cancelRequested: false,
    paused: false,
    timedOut: false,
    workerShutdown: true,
    reset: false,
  } as never);
}

function activity(attemptCall: AttemptCall, gates = createGates()) {
  const attemptLog = createAttemptLog(pino({ level: 'silent' }));
  return createCallModelActivity({ attemptCall, attemptLog, gates, random: () => 0.5 });
}

test('a call that waits on a worker that stops gives its attempt back', async () => {
  const gates = createGates({ settings: { initialLimit: 1, maximumLimit: 1 } });
  const entry = { model: request.model, fairnessKey: '', tokens: 1, capMs: 1000 };
  await gates.enter({ ...entry, signal: new AbortController().signal });
  const env = new MockActivityEnvironment({ attempt: 3 });
  const outcome = env.run(activity(hello, gates), request);
  setTimeout(() => shutDown(env), 50);
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
  const { elapsedMs, waitedMs: _, ...note } = notes.at(-1) as Record<string, number>;
  assert.deepEqual(note, {
    attempt: 1,
    ended: 1,

    didNothing: 0,
    outageFailures: 1,
    possiblyBilled: 1,
  });
  assert.ok(elapsedMs !== undefined && elapsedMs >= 0, `${elapsedMs}`);
});

const paid = { inputTokens: 11, outputTokens: 7 };

test('tokens paid for no usable answer are told to the workflow that counts such failures', async () => {
  const fails = activity(async () => {
    throw new AttemptError({
      type: 'MalformedResponse',
      by: 'google',
      status: 200,
      sent: true,
      usage: paid,
    });
  });
  const outcome = (await new MockActivityEnvironment().run(fails, request)) as ModelOutcome;
  assert.equal(outcome.kind, 'limited');
  assert.deepEqual([outcome.failedUsage, outcome.possiblyBilled], [paid, 0]);
});

test('tokens paid for no usable answer are noted for the attempt after, which answers', async () => {
  const first = new MockActivityEnvironment({ attempt: 1 });
  const notes: unknown[] = [];
  first.on('heartbeat', (note) => notes.push(note));
  const fails = activity(async () => {
    throw new AttemptError({
      type: 'ServerError',
      by: 'openai',
      status: 200,
      sent: true,
      usage: paid,
    });
  });
  await assert.rejects(first.run(fails, request), (error) => {
    const { failedInputTokens, failedOutputTokens } = detailsOf(error);
    assert.deepEqual([failedInputTokens, failedOutputTokens], [11, 7]);
    return true;
  });
  const second = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: notes.at(-1) });
  const outcome = (await second.run(activity(hello), request)) as ModelOutcome;
  assert.deepEqual([outcome.failedUsage, outcome.possiblyBilled], [paid, 0]);
});

test('an answer that Temporal cannot carry is a failure that was paid for, in the journal too', async () => {
  const { journal, ends } = journalInMemory();
  const tooLarge = createCallModelActivity({
    attemptCall: async () => ({
      text: 'y'.repeat(2 * 1024 * 1024),
      finishReason: 'stop',
      usage: paid,
      providerRequestId: 'req_1',
    }),
    attemptLog: journal,
    random: () => 0.5,
  });
  await assert.rejects(new MockActivityEnvironment().run(tooLarge, request), (error) => {
    assert.ok(error instanceof ApplicationFailure);
    assert.deepEqual([error.type, error.nonRetryable], ['PayloadTooLarge', true]);
    assert.match(
      error.message,
      /^200 PayloadTooLarge by openai \(2097\d{3} bytes as JSON; Temporal carries at most 2031616\)/,
    );
    const { failedInputTokens, failedOutputTokens } = detailsOf(error);
    assert.deepEqual([failedInputTokens, failedOutputTokens], [11, 7]);
    return true;
  });
  const [end] = ends();
  assert.deepEqual(
    [end?.outcome, end?.billing, end?.inputTokens, end?.outputTokens, end?.providerRequestId],
    ['PayloadTooLarge', 'billed', 11, 7, 'req_1'],
  );
});

for (const [when, isSent, possiblyBilled, billing] of [
  ['after sending', true, 1, 'possibly billed'],
  ['before sending', false, 0, 'not billed'],
] as const) {
  test(`a worker that is stopped ${when}: activity, notes and journal agree`, async () => {
    const { journal, ends } = journalInMemory();
    const env = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: { ended: 1 } });
    const notes: Record<string, number>[] = [];
    env.on('heartbeat', (note) => notes.push(note));
    const stopped = createCallModelActivity({
      attemptCall: async (_, { signal, log }) => {
        if (isSent) log?.sent();
        setImmediate(() => shutDown(env));
        await once(signal, 'abort');
        throw signal.reason;
      },
      attemptLog: journal,
      random: () => 0.5,
    });
    await assert.rejects(env.run(stopped, request), (error) => {
      assert.ok(error instanceof ApplicationFailure);
      assert.equal(error.type, 'WorkerLost');
      const details = detailsOf(error);
      assert.deepEqual([details.attempt, details.possiblyBilled ?? 0], [4, possiblyBilled]);
      return true;
    });
    const last = notes.at(-1);
    assert.deepEqual([last?.ended, last?.possiblyBilled], [2, possiblyBilled]);
    assert.deepEqual([ends()[0]?.outcome, ends()[0]?.billing], ['interrupted', billing]);
  });
}

test('a cancelled call says what it may have cost', async () => {
  const env = new MockActivityEnvironment();
  const cancelled = activity(async (_, { signal, log }) => {
    log?.sent();
    setImmediate(() => env.cancel());
    await once(signal, 'abort');
    throw signal.reason;
  });
  await assert.rejects(env.run(cancelled, request), (error) => {
    assert.ok(error instanceof CancelledFailure);
    const details = detailsOf(error);
    assert.deepEqual([details.attempt, details.possiblyBilled], [3, 1]);
    return true;
  });
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

test('a call that was scheduled before an upgrade keeps the request id that its provider has seen', async () => {
  const { journal, ends } = journalInMemory();
  const { step: _, ...rest } = request;
  const steps: string[] = [];
  const limited = createCallModelActivity({
    attemptCall: async ({ step }) => {
      steps.push(step);
      throw new AttemptError({ type: 'RateLimited', by: 'openai', status: 429, sent: true });
    },
    attemptLog: journal,
    random: () => 0.5,
  });
  const workflowExecution = { workflowId: 'order-1', runId: 'run-1' };
  const env = new MockActivityEnvironment({ workflowExecution });
  const earlier = { ...rest, requestId: 'order-1/extract.repair-1' } as unknown as ModelRequest;
  await assert.rejects(env.run(limited, earlier), (error) => {
    assert.equal(detailsOf(error).requestId, 'order-1/extract.repair-1');
    return true;
  });
  assert.deepEqual(steps, ['extract.repair-1']);
  assert.deepEqual(
    ends().map(({ requestId, step }) => [requestId, step]),
    [['order-1/extract.repair-1', 'extract.repair-1']],
  );
});
