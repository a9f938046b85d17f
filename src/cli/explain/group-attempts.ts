import type { Explanation } from '../../client/explain.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import type { EffectView } from '../../wire/ledger-operations.ts';
import { maximumAttemptsRead, type RecordedAttempt } from '../../wire/recorded-attempt.ts';

/** A call or an effect within one run of the workflow, with its attempts. */
export interface AttemptGroup {
  readonly kind: 'call' | 'effect';
  /** Request id or idempotency key. */
  readonly requestId: string;
  readonly step: string;
  /** Model or target; the last one, where a fallback changed it. */
  readonly by: string;
  readonly runId: string;
  readonly attempts: readonly RecordedAttempt[];
  /** Attempts without a recorded end: those under way, and those of dead workers not taken in yet. */
  readonly missing: readonly number[];
  /** The effect's rows in the ledger, a generation each. */
  readonly rows: readonly EffectView[];
}

/** Calls and effects in the order in which they began. */
export function groupAttempts({ attempts, effects }: Explanation): AttemptGroup[] {
  const groups = new Map<string, RecordedAttempt[]>();
  for (const attempt of attempts) {
    const name = JSON.stringify([attempt.runId, attempt.kind, nameOf(attempt)]);
    groups.set(name, [...(groups.get(name) ?? []), attempt]);
  }
  // Where only the latest attempts were read, a missing number says nothing.
  const isWhole = attempts.length < maximumAttemptsRead;
  const rowsOf = (first: string) => effects.filter(({ key }) => firstOf(key) === first).reverse();
  const recorded = [...groups.values()].map((list): AttemptGroup => {
    const sorted = [...list].sort(
      (one, other) => one.startedAtMs - other.startedAtMs || one.attempt - other.attempt,
    );
    const last = sorted.at(-1) as RecordedAttempt;
    const { kind, step, runId, model, provider } = last;
    const requestId = nameOf(last);
    const rows = kind === 'effect' ? rowsOf(requestId) : [];
    const missing = isWhole ? missingIn(sorted) : [];
    return { kind, requestId, step, runId, by: model ?? provider, attempts: sorted, missing, rows };
  });
  const known = new Set(
    recorded.filter(({ kind }) => kind === 'effect').map(({ requestId }) => requestId),
  );
  const onlyInLedger = effects
    .filter(({ key }) => !known.has(firstOf(key)))
    .map(({ key, effect }) => ({
      kind: 'effect' as const,
      requestId: firstOf(key),
      step: effect,
      runId: '',
      by: '',
      attempts: [],
      missing: [],
      rows: rowsOf(firstOf(key)),
    }));
  return [...recorded, ...onlyInLedger];
}

/** All generations of an effect are one group; what a call is named may look like a generation. */
function nameOf({ kind, requestId }: RecordedAttempt): string {
  return kind === 'effect' ? firstOf(requestId) : requestId;
}

function firstOf(key: string): string {
  return splitGeneration(key).first;
}

/** Numbers up to the last attempt that nothing was recorded for. */
function missingIn(attempts: readonly RecordedAttempt[]): number[] {
  const known = new Set(attempts.map(({ attempt }) => attempt));
  const last = Math.max(...known);
  return Array.from(
    { length: Math.min(last, maximumAttemptsRead) },
    (_, index) => index + 1,
  ).filter((attemptNumber) => !known.has(attemptNumber));
}
