import { databaseError } from '../../database/classify-database.ts';
import { AttemptError } from '../../failures/attempt-error.ts';
import type { EffectOutcome } from '../../wire/effect-call.ts';
import { splitGeneration } from '../../wire/idempotency-key.ts';
import { fingerprintOf } from '../../wire/identifiers.ts';
import { acquireClaim } from './acquire-claim.ts';
import type { Effect } from './effect.ts';
import { type EffectPlace, keyAt } from './effect-place.ts';
import type { ClaimRequest, Ledger } from './ledger.ts';
import { type EffectCall, replay, type Superseded, supersededBy } from './replay.ts';
import { runInTransaction } from './run-in-transaction.ts';
import { runOutside } from './run-outside.ts';

/** Time limits of an attempt, in milliseconds; its signal and its listeners. All are optional. */
export interface RunOnceOptions {
  /** Aborts waiting, and an attempt that has not begun; never one that may have been sent. */
  readonly signal?: AbortSignal;
  /** Called now and then while waiting. */
  readonly heartbeat?: () => void;
  /** Told the key as soon as it is known; again when a later generation has replaced it. */
  readonly onKey?: (key: string) => void;
  /** All requests of one attempt together. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long after a worker's last sign of life its claim holds; renewed while it works. Default 10 s. */
  readonly leaseMs?: number;
  /** How long an attempt waits for another worker's before it is `EffectInProgress`. Default 5 s. */
  readonly maximumWaitMs?: number;
}

/**
 * The only way an effect runs. It claims the effect's row (committed before anything is sent), runs
 * the effect, and records how it ended; what is settled already comes back from the row.
 *
 * Once something may have been sent, a cancellation changes nothing: the attempt ends by itself,
 * at the latest with its request timeout, and is recorded.
 *
 * @returns with the key that the target knows it by.
 * @throws AttemptError `EffectInProgress`, `IdempotencyKeyReused`, `EffectRefused`, `EffectUnknown`,
 * or the transient failure of this attempt. Nothing is retried here.
 * @throws the signal's reason, when it aborts before the effect began.
 */
export async function runOnce<Input, Result>(
  ledger: Ledger,
  effect: Effect<Input, Result>,
  place: EffectPlace,
  input: Input,
  options: RunOnceOptions = {},
): Promise<EffectOutcome<Result> & { readonly key: string }> {
  const key = keyAt(effect.name, place);
  options.onKey?.(key);
  const checked = effect.input.safeParse(input);
  if (!checked.success) {
    const paths = checked.error.issues.map((issue) => issue.path.join('.') || 'input');
    throw new AttemptError({
      type: 'InvalidRequest',
      by: effect.target,
      reason: `the input does not fit: ${[...new Set(paths)].slice(0, 5).join(', ')}`,
      sent: false,
    });
  }
  const identity = effect.identity(checked.data);
  const { requestTimeoutMs = 30_000, leaseMs = 10_000 } = options;
  const call: EffectCall<Input, Result> = {
    ledger,
    effect,
    input: checked.data,
    key,
    signal: options.signal ?? new AbortController().signal,
    heartbeat: options.heartbeat ?? (() => {}),
    requestTimeoutMs,
    maximumWaitMs: options.maximumWaitMs ?? 5000,
    graceMs: graceMs(effect, requestTimeoutMs),
    leaseMs,
  };
  const claimRequest: ClaimRequest = {
    key,
    effect: effect.name,
    fingerprint: fingerprintOf(identity),
    request: JSON.stringify(effect.request?.(checked.data, key) ?? identity),
    apiVersion: effect.apiVersion,
    leaseMs: leaseMs + call.graceMs,
    requestTimeoutMs,
  };
  call.signal.throwIfAborted();
  const outcome =
    effect.way === 'same transaction'
      ? await runInTransaction({ ...call, effect }, claimRequest)
      : await runClaimed({ ...call, effect }, claimRequest);
  if ('superseded' in outcome) {
    const generation = splitGeneration(outcome.superseded).generation;
    return runOnce(ledger, effect, { ...place, generation }, input, options);
  }
  return { ...outcome, key };
}

/**
 * A paused worker may have a request under way when its lease runs out, and one that ran into its timeout
 * may be acted on after it. Where the target cannot tell two requests apart, the next attempt waits
 * until the first can no longer act.
 */
function graceMs<Input, Result>(effect: Effect<Input, Result>, requestTimeoutMs: number): number {
  if (effect.way === 'native key') return 0;
  const { actsWithinMs = 0 } = effect.way === 'find before create' ? effect : {};
  return Math.max(requestTimeoutMs, actsWithinMs);
}

async function runClaimed<Input, Result>(
  call: Parameters<typeof runOutside<Input, Result>>[0],
  request: ClaimRequest,
): Promise<EffectOutcome<Result> | Superseded> {
  const acquired = await acquireClaim(call, request).catch((error: unknown) => {
    if (call.signal.aborted) throw error;
    throw databaseError(error, false);
  });
  if ('row' in acquired) return supersededBy(acquired.row) ?? replay(call, acquired.row, request);
  if (call.signal.aborted) {
    // If the database is away too, the lease runs out.
    await call.ledger.release(acquired.claim).catch(() => {});
    call.signal.throwIfAborted();
  }
  return runOutside(call, acquired, request);
}
