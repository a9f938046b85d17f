import type { AttemptErrorFields } from '../failures/attempt-error.ts';
import type { RetryDecision } from '../policies/decide-retry.ts';
import type { AttemptRecorder } from './attempt-recorder.ts';
import { failureFields, nextStep, sentState } from './call-journal.ts';

/** What is known of an effect's attempt when it begins. */
export interface EffectAttempt {
  readonly workflowId: string;
  readonly runId: string;
  /** The idempotency key. */
  readonly key: string;
  /** The effect's name within its workflow. */
  readonly effect: string;
  /** Who does it: `stripe`, `github`, `database`. */
  readonly target: string;
  readonly attempt: number;
}

/** The journal's side of an effect; the ledger, not this, decides what is done. */
export type EffectJournal = ReturnType<typeof createEffectJournal>;

/** Keeps the attempts of effects. */
export function createEffectJournal(recorder: AttemptRecorder) {
  return {
    start({ workflowId, runId, key, effect, target, attempt }: EffectAttempt) {
      const open = recorder.begin({
        kind: 'effect',
        workflowId,
        runId,
        requestId: key,
        step: effect,
        attempt,
        provider: target,
        // Only the effect's own code knows when it sends, and it tells with its end.
        sent: 'unknown',
      });
      return {
        /** Another generation of the key turned out to count. */
        keyIs: open.keyIs,
        /** `replayed`: it had been done before, and nothing was sent. */
        succeeded: ({ replayed }: { readonly replayed: boolean }) =>
          open.end(
            replayed ? { outcome: 'replayed', sent: 'no' } : { outcome: 'done', sent: 'yes' },
          ),
        failed: (fields: AttemptErrorFields, decision: RetryDecision) =>
          open.end({
            outcome: fields.type,
            sent: sentState(fields.sent),
            ...failureFields(fields),
            ...nextStep(decision),
          }),
        interrupted: () => open.end({ outcome: 'interrupted' }),
      };
    },
  };
}
