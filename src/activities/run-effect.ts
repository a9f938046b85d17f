import { TemporalFailure } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Effect } from '../effects/once/effect.ts';
import type { Ledger } from '../effects/once/ledger.ts';
import { runOnce } from '../effects/once/run-once.ts';
import { isAttemptError } from '../failures/attempt-error.ts';
import type { EffectJournal } from '../journal/effect-journal.ts';
import { attemptFailure } from '../policies/attempt-failure.ts';
import type { EffectOutcome, EffectRequest } from '../wire/effect-call.ts';
import { effectLabel } from '../wire/idempotency-key.ts';
import { assertPayloadFits } from '../wire/payload-limit.ts';
import { runAttempt } from './attempt-scope.ts';
import { unexpectedError } from './unexpected-error.ts';

/** What every effect's activity needs. */
export interface EffectDependencies {
  readonly ledger: Ledger;
  /** First part of every idempotency key: environment and namespace, or tenant. */
  readonly scope: string;
  readonly log: Logger;
  /** Keeps every attempt, for `holdfast explain`. Without: only the log does. */
  readonly journal?: EffectJournal;
  /** Uniform in [0, 1): the jitter's randomness. */
  readonly random: () => number;
}

/** Makes the activity of an effect: done once by its key, whatever the number of attempts. */
export function createEffectActivity<Input, Result>(
  effect: Effect<Input, Result>,
  dependencies: EffectDependencies,
) {
  const { ledger, scope, random } = dependencies;

  return function effectActivity(request: EffectRequest<Input>): Promise<EffectOutcome<Result>> {
    return runAttempt(async ({ signal, workflowId, runId, attempt, elapsedMs }) => {
      const { step } = request;
      const name = effectLabel(effect.name, step);
      let key: string | undefined;
      let log = dependencies.log.child({ effect: name, attempt });
      let record: ReturnType<EffectJournal['start']> | undefined;
      try {
        const place = { scope, workflowId, ...(step !== undefined && { step }) };
        const { result, replayed } = await runOnce(ledger, effect, place, request.input, {
          signal,
          requestTimeoutMs: request.policy.requestTimeoutMs,
          onKey(known) {
            key = known;
            log = dependencies.log.child({ key, effect: name, attempt });
            const about = { workflowId, runId, key, effect: name, target: effect.target, attempt };
            if (record) record.keyIs(key);
            else record = dependencies.journal?.start(about);
          },
        });
        assertPayloadFits(`the result of ${name}`, result);
        log.info({ event: 'effect.succeeded', replayed });
        record?.succeeded({ replayed });
        return { result, replayed };
      } catch (error) {
        const isStopped = signal.aborted || error instanceof TemporalFailure;
        if (isStopped && !isAttemptError(error)) {
          record?.interrupted();
          throw error;
        }
        const { fields } = isAttemptError(error) ? error : unexpectedError(effect.target, error);
        const { failure, decision } = attemptFailure(fields, {
          // A place that no key can name did nothing; its failure says so.
          requestId: key ?? name,
          policy: request.policy,
          attempt,
          elapsedMs: elapsedMs(),
          random,
        });
        log.warn({ event: 'effect.failed', ...fields, decision });
        record?.failed(fields, decision);
        throw failure;
      }
    });
  };
}
