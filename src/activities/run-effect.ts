import { TemporalFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import { didOf, type Effect } from '../effects/once/effect.ts';
import { EffectError } from '../effects/once/effect-error.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { runOnce } from '../effects/once/run-once.ts';
import { AttemptError, isAttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { EffectJournal } from '../journal/effect-journal.ts';
import { attemptFailure } from '../policies/attempt-failure.ts';
import { isUncounted } from '../policies/decide-retry.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { EffectOutcome, EffectRequest } from '../wire/effect-call.ts';
import { effectLabel } from '../wire/idempotency-key.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import { runAttempt } from './run-attempt.ts';
import { unexpectedError } from './unexpected-error.ts';

/** What every effect's activity needs. */
export interface EffectActivityDependencies {
  readonly ledger: Ledger;
  /** First part of every idempotency key: environment and namespace, or tenant. */
  readonly scope: string;
  /** Scopes of workflows that began before it was this one. */
  readonly otherScopes?: readonly string[];
  readonly log: Logger;
  /** Keeps every attempt, for `holdfast explain`. Without: only the log does. */
  readonly journal?: EffectJournal;
  /** Uniform in [0, 1): the jitter's randomness. */
  readonly random: () => number;
}

/** Makes the activity of an effect: done once by its key, whatever the number of attempts. */
export function createEffectActivity<Input, Result>(
  effect: Effect<Input, Result>,
  dependencies: EffectActivityDependencies,
) {
  const { ledger, random } = dependencies;
  const scopes = scopesOf(dependencies);

  return function effectActivity(request: EffectRequest<Input>): Promise<EffectOutcome<Result>> {
    return runAttempt(async ({ signal, workflowId, runId, attempt, elapsedMs, ...scoped }) => {
      const { step, policy } = request;
      const uncounted = scoped.didNothing;
      const name = effectLabel(effect.name, step);
      // An effect at a place that no key can name fails, and is recorded, under its own name.
      let requestId = name;
      let log = dependencies.log.child({ effect: name, attempt });
      let record: ReturnType<EffectJournal['start']> | undefined;
      const keyIs = (key: string) => {
        requestId = key;
        const about = { workflowId, runId, key, effect: name, target: effect.target, attempt };
        if (record) record.keyIs(key);
        else record = dependencies.journal?.start(about);
      };
      try {
        const scope = servedScope(request.scope, scopes);
        assertNotLost(attempt - uncounted, policy);
        const place = { scope, workflowId, ...(step !== undefined && { step }) };
        const { result, replayed } = await runOnce(ledger, effect, place, request.input, {
          signal,
          requestTimeoutMs: policy.requestTimeoutMs,
          onKey(key) {
            keyIs(key);
            log = dependencies.log.child({ key, effect: name, attempt });
          },
        });
        const words = didOf(effect, result);
        log.info({ event: 'effect.succeeded', replayed });
        record?.succeeded({ replayed });
        // After the fact: what is done stays done, and whoever reads the failure is told so.
        const done = words.did === undefined ? 'was done' : `was done (${words.did})`;
        assertPayloadFits(`${name} ${done} and is in the ledger, but its result`, result);
        return { result, replayed, ...words };
      } catch (error) {
        const isStopped = signal.aborted || error instanceof TemporalFailure;
        if (isStopped && !isAttemptError(error)) {
          record?.interrupted();
          throw error;
        }
        // What is written in a transaction runs no code but its own.
        const by = effect.way === 'same transaction' ? effect.name : effect.target;
        const failed = isAttemptError(error) ? error : unexpectedError(by, error);
        const { fields } = failed;
        const didNothing = canBeWaitedOut(effect, failed);
        if (isUncounted(policy, { didNothing })) scoped.thisDidNothing();
        const { failure, decision } = attemptFailure(fields, {
          ...{ requestId, policy, attempt, uncounted, didNothing, random },
          target: effect.target,
          elapsedMs: elapsedMs(),
        });
        log.warn({ event: 'effect.failed', ...fields, decision });
        if (!record) keyIs(name);
        record?.failed(fields, decision);
        throw failure;
      }
    });
  };
}

/** What was not sent or not begun; and an outage of a target where key or look-up make a repeat harmless. */
function canBeWaitedOut(
  { isPatient = false }: Pick<Effect<unknown, unknown>, 'isPatient'>,
  error: AttemptError,
): boolean {
  const { type, sent } = error.fields;
  if (error instanceof EffectError ? error.state === 'nothing happened' : sent === false)
    return true;
  return isPatient && (type === 'Overloaded' || type === 'ConnectionFailed');
}

/** Temporal counts no attempts where some are free: those that were lost with their workers are counted here. */
function assertNotLost(attempt: number, { maximumAttempts }: RetryPolicy): void {
  if (maximumAttempts === 0 || attempt <= maximumAttempts) return;
  const reason = `all ${maximumAttempts} attempts were lost with their workers`;
  throw createFailure('WorkerLost', reason, { final: true });
}

/** All scopes that a worker serves; the first is that of new workflows. */
export function scopesOf({
  scope,
  otherScopes = [],
}: Pick<EffectActivityDependencies, 'scope' | 'otherScopes'>): readonly [string, ...string[]] {
  return [scope, ...otherScopes];
}

/**
 * The scope that a run began under, where this worker serves it: under another one the key would be
 * another, and what was done under the first one done again. A rolling deploy is waited for.
 */
function servedScope(
  ofRun: string | undefined,
  [first, ...others]: readonly [string, ...string[]],
): string {
  if (ofRun === undefined) return first;
  const served = [first, ...others];
  if (served.includes(ofRun)) return ofRun;
  throw new AttemptError({
    type: 'ServerError',
    by: 'worker',
    sent: false,
    reason: `this run began under the scope ${ofRun}, and this worker serves ${served.join(', ')}: it goes on with a worker that has HOLDFAST_SCOPES=${served.join(',')},${ofRun}`,
  });
}
