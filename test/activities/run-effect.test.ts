import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { createEffectActivity } from '../../src/activities/run-effect.ts';
import { detailsOf } from '../../src/activities/view-effect.ts';
import type { Effect } from '../../src/effects/once/effect.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { resolveEffect } from '../../src/effects/operate/resolve-effect.ts';
import type { FailureDetails } from '../../src/failures/failure-details.ts';
import { createAttemptRecorder } from '../../src/journal/attempt-recorder.ts';
import type { KnownAttempt } from '../../src/journal/attempts-file.ts';
import { createEffectJournal } from '../../src/journal/effect-journal.ts';
import { catalogue } from '../../src/policies/catalogue.ts';
import { fails, scripted } from '../effects/once/scripted-effect.ts';
import { temporaryLedger } from '../effects/once/temporary-ledger.ts';

const ledger = temporaryLedger();
const input = { to: 'ada' };

/** Runs the effect as the activity of a workflow; what it fails with, and what the journal keeps of it. */
async function attempt(
  effect: ReturnType<typeof scripted>['effect'],
  workflowId: string,
  scope?: string,
) {
  const kept = new Map<number, KnownAttempt>();
  const put = (attempts: ReadonlyMap<number, KnownAttempt>) => {
    for (const [number, each] of attempts) kept.set(number, each);
    return true;
  };
  const recorder = createAttemptRecorder({ put }, 'worker', Date.now);
  const activity = createEffectActivity(effect, {
    ledger: ledger(),
    scope: 'test',
    otherScopes: ['before'],
    log: pino({ level: 'silent' }),
    journal: createEffectJournal(recorder),
    random: () => 0.5,
  });
  const workflowExecution = { workflowId, runId: 'run-1' };
  const outcome = await new MockActivityEnvironment({ workflowExecution })
    .run(activity, { input, policy: catalogue.message, ...(scope !== undefined && { scope }) })
    .catch((error: unknown) => error);
  recorder.write();
  const [record] = kept.values();
  return { outcome, kept: kept.size, record };
}

function requestIdOf(failure: unknown): string | undefined {
  assert.ok(failure instanceof ApplicationFailure, `${failure}`);
  const [details] = failure.details as FailureDetails[];
  return details?.requestId;
}

test('a generation that a person raised: failure and journal name it, and so does what is done', async () => {
  const { effect } = scripted('at most once', [
    fails('in doubt', 'Timeout'),
    fails('nothing happened', 'RateLimited'),
    () => 'sent',
  ]);
  const place = { scope: 'test', workflowId: 'order-1' };
  await assert.rejects(runOnce(ledger(), effect, place, input), /EffectUnknown/);
  const { signal } = new AbortController();
  const key = 'test/order-1:send';
  const verdict = { kind: 'did not happen' } as const;
  const anyEffect = effect as Effect<unknown, unknown>;
  await resolveEffect(ledger(), anyEffect, { key, verdict, signal });

  const failed = await attempt(effect, 'order-1');
  assert.equal(requestIdOf(failed.outcome), 'test/order-1:send#2');
  assert.deepEqual(
    [failed.kept, failed.record?.requestId, failed.record?.step],
    [1, 'test/order-1:send#2', 'send'],
  );
  const done = await attempt(effect, 'order-1');
  assert.deepEqual(done.outcome, { result: 'sent', replayed: false });
  assert.deepEqual([done.kept, done.record?.requestId], [1, 'test/order-1:send#2']);
});

test('a place that no key can name: its attempt is recorded all the same', async () => {
  const { effect, requests } = scripted('at most once', []);
  const { outcome, kept, record } = await attempt(effect, 'a/b');
  assert.equal(requestIdOf(outcome), 'send');
  assert.ok(record && 'outcome' in record, 'nothing was recorded');
  assert.deepEqual(
    [kept, record.workflowId, record.requestId, record.outcome, record.sent, record.reason],
    [
      ...[1, 'a/b', 'send', 'InvalidRequest', 'no'],
      'the workflow id does not fit an idempotency key',
    ],
  );
  assert.deepEqual(requests, []);
});

test('a run that began under another scope is not done here: it would have another key', async () => {
  const { effect } = scripted('at most once', [() => 'sent']);
  const { outcome } = await attempt(effect, 'order-scope', 'elsewhere');
  assert.ok(outcome instanceof ApplicationFailure, `${outcome}`);
  assert.deepEqual([outcome.type, outcome.nonRetryable], ['ServerError', false]);
  assert.match(
    outcome.message,
    /this run began under the scope elsewhere, and this worker serves test, before: it goes on with a worker that has HOLDFAST_SCOPES=test,before,elsewhere/,
  );
  // A change of scope at a deploy: what began under the old one goes on under its key.
  assert.deepEqual((await attempt(effect, 'order-scope', 'before')).outcome, {
    result: 'sent',
    replayed: false,
  });
  assert.equal((await ledger().read({ key: 'before/order-scope:send' }))?.state, 'succeeded');
});

test('a result that Temporal cannot carry: the effect is done, recorded as such, and whoever asked is told', async () => {
  const large = 'x'.repeat(3_000_000);
  const { effect, requests } = scripted('at most once', [() => large], undefined, {
    did: () => 'sent it (em_1)',
  });
  const first = await attempt(effect, 'order-large');
  const again = await attempt(effect, 'order-large');
  for (const { outcome } of [first, again]) {
    assert.ok(outcome instanceof ApplicationFailure, `${outcome}`);
    assert.deepEqual([outcome.type, outcome.nonRetryable], ['PayloadTooLarge', true]);
    assert.equal(
      outcome.message,
      'send was done (sent it (em_1)) and is in the ledger, but its result has 3000002 bytes as JSON; Temporal carries at most 2031616 in one piece',
    );
  }
  const outcomes = [first, again].map(
    ({ record }) => record && 'outcome' in record && record.outcome,
  );
  assert.deepEqual(outcomes, ['done', 'replayed']);
  assert.equal(requests.length, 1);
  const [row] = await ledger().operator.list({ keyPrefix: 'test/order-large:', limit: 1 });
  assert.ok(row, 'no row');
  const { state, result, resultBytes } = detailsOf(row);
  assert.deepEqual([state, result, resultBytes], ['succeeded', undefined, 3_000_002]);
});
