import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { pino } from 'pino';
import { runAttempt } from '../../src/activities/run-attempt.ts';
import { createEffectActivity } from '../../src/activities/run-effect.ts';
import { createFailure } from '../../src/failures/create-failure.ts';
import type { FailureDetails } from '../../src/failures/failure-details.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { scripted } from '../effects/once/scripted-effect.ts';
import { temporaryLedger } from '../effects/once/temporary-ledger.ts';

const ledger = temporaryLedger();

/** What an activity fails with, and what it logged. */
async function run(activity: (...args: never[]) => Promise<unknown>, ...args: unknown[]) {
  const logged: LogEntry[] = [];
  const logger = new DefaultLogger('ERROR', (entry) => void logged.push(entry));
  const env = new MockActivityEnvironment({}, { logger });
  const error = await env.run(activity as (...args: unknown[]) => Promise<unknown>, ...args).then(
    () => assert.fail('it succeeded'),
    (reason: unknown) => reason,
  );
  return { error, logged };
}

function bug(): never {
  throw new TypeError('the row holds a secret');
}

test('a bug is a failure with a type, retried, without its words; the log tells where it is', async () => {
  const { error, logged } = await run(() => runAttempt(async () => bug()));
  assert.ok(error instanceof ApplicationFailure, `${error}`);
  const { type, nonRetryable, cause } = error;
  assert.deepEqual([type, nonRetryable, cause], ['ServerError', false, undefined]);
  assert.match(
    error.message,
    /^ServerError by worker \(unexpected TypeError at run-attempt\.test\.ts:\d+\)$/,
  );
  assert.equal(logged.length, 1);
  assert.match(`${logged[0]?.meta?.frames}`, /^at bug \(.*run-attempt\.test\.ts:\d+:\d+\)/);
  assert.doesNotMatch(inspect(logged, { depth: 10 }), /secret/);
});

test('a bug in an effect is a failed attempt under its key, so that it parks like others', async () => {
  const { effect } = scripted('at most once', [], undefined, { identity: bug });
  const dependencies = {
    ledger: ledger(),
    scope: 'test',
    log: pino({ level: 'silent' }),
    random: () => 0.5,
  };
  const request = { input: { to: 'ada' }, policy: catalogue.message };
  const { error, logged } = await run(createEffectActivity(effect, dependencies), request);
  assert.ok(error instanceof ApplicationFailure, `${error}`);
  assert.equal(error.type, 'ServerError');
  assert.match(
    error.message,
    /^ServerError by post \(unexpected TypeError at run-attempt\.test\.ts:\d+\): attempt 1 of 10 failed/,
  );
  const [details] = error.details as FailureDetails[];
  assert.match(`${details?.requestId}`, /^test\/.+:send$/);
  assert.equal(logged.length, 1);
});

test('what has a type keeps it', async () => {
  const failure = createFailure('PayloadTooLarge', 'too large');
  const { error } = await run(() =>
    runAttempt(async () => {
      throw failure;
    }),
  );
  assert.equal(error, failure);
});
