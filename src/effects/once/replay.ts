import { databaseError } from '../../database/classify-database.ts';
import { AttemptError } from '../../failures/attempt-error.ts';
import type { EffectOutcome } from '../../wire/effect-call.ts';
import type { Effect, EffectContext, OutsideEffect } from './effect.ts';
import { EffectError, effectErrorFrom } from './effect-error.ts';
import type { Claim, ClaimRequest, Ledger, LedgerRow } from './ledger.ts';

/** A timer of more runs out at once. */
const longestTimerMs = 2 ** 31 - 1;

/** One call of `runOnce`, its options filled in. */
export interface EffectCall<Input, Result, Kind = Effect<Input, Result>> {
  readonly ledger: Ledger;
  readonly effect: Kind;
  readonly input: Input;
  /** The idempotency key, its generation included. */
  readonly key: string;
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
  readonly requestTimeoutMs: number;
  readonly maximumWaitMs: number;
  readonly leaseMs: number;
  readonly graceMs: number;
}

/** A person raised a new generation of the key: it replaces this row. */
export interface Superseded {
  /** The key of that generation. */
  readonly superseded: string;
}

/** The generation that replaces this row, if a person raised one. */
export function supersededBy({ latestKey }: LedgerRow): Superseded | undefined {
  return latestKey === undefined ? undefined : { superseded: latestKey };
}

/** What the effect's code gets, for a claim or for a row that is only looked up. */
export function contextOf<Input, Result>(
  call: EffectCall<Input, Result>,
  claim: Claim | LedgerRow,
  stillMine: () => Promise<void>,
): EffectContext<Input> {
  const startedMs = performance.now();
  const startedAtMs = Date.now();
  const { claimedAtMs, firstSentAtMs } = claim;
  // A row that is only looked up was claimed long before it was read.
  const readAtMs = 'nowMs' in claim ? claim.nowMs : claimedAtMs;
  // Of two clocks one may stand still while the machine does, and the other may be set back.
  const elapsedMs = () => Math.max(performance.now() - startedMs, Date.now() - startedAtMs);
  return {
    key: call.key,
    input: call.input,
    request: JSON.parse(claim.request),
    apiVersion: claim.apiVersion,
    firstSentAtMs,
    claimedAtMs,
    ageMs: () => Math.max(0, readAtMs - firstSentAtMs) + elapsedMs(),
    inDoubt: claim.inDoubt,
    // Not the caller's signal: what was sent finishes and is recorded, also when its caller has gone.
    signal: AbortSignal.timeout(Math.min(call.requestTimeoutMs, longestTimerMs)),
    leftMs: () => Math.max(1, Math.round(call.requestTimeoutMs - (performance.now() - startedMs))),
    heartbeat: call.heartbeat,
    stillMine,
  };
}

/**
 * Answers from a row that is settled: the result byte for byte, or the same failure again, with
 * nothing sent. Where the outcome is `unknown`, the target is asked once more: it may know by now.
 */
export async function replay<Input, Result>(
  call: EffectCall<Input, Result>,
  row: LedgerRow,
  request: ClaimRequest,
): Promise<EffectOutcome<Result>> {
  assertSameFingerprint(row.fingerprint, request.fingerprint);
  if (row.state === 'succeeded') {
    return { result: JSON.parse(row.result ?? 'null') as Result, replayed: true };
  }
  const { effect } = call;
  if (row.state === 'unknown' && effect.way !== 'same transaction' && effect.lookUp) {
    const found = await lookUpAgain({ ...call, effect }, row);
    if (found) return found;
  }
  const stored = row.failure ?? { type: 'EffectUnknown', by: effect.target };
  throw new AttemptError({ ...stored, sent: false });
}

/** @throws AttemptError `IdempotencyKeyReused`, naming both. */
export function assertSameFingerprint(stored: string, given: string): void {
  if (stored === given) return;
  throw new AttemptError({
    type: 'IdempotencyKeyReused',
    by: 'ledger',
    reason: `the key belongs to ${stored}, this is ${given}`,
    sent: false,
  });
}

/** Only reads at the target; the row changes when that knows the end, if it is still as read. */
export async function lookUpAgain<Input, Result>(
  call: EffectCall<Input, Result, OutsideEffect<Input, Result>>,
  row: LedgerRow,
): Promise<EffectOutcome<Result> | undefined> {
  const { effect, ledger } = call;
  let text: string;
  try {
    const found = await effect.lookUp?.(
      // Whatever the row's last claim knew: by now it may have been done.
      contextOf(call, { ...row, inDoubt: true }, async () => {}),
    );
    if (found === undefined) return undefined;
    text = JSON.stringify(found);
  } catch (error) {
    const failure = effectErrorFrom(effect.target, error);
    if (failure.state === 'refused') await settled(ledger.fail(row, failure.fields));
    throw failure;
  }
  if (!effect.result.safeParse(JSON.parse(text)).success) throw misfit(effect.target);
  await settled(ledger.record(row, text));
  return { result: JSON.parse(text) as Result, replayed: true };
}

/** @throws AttemptError `EffectInProgress` when the row was settled meanwhile: that is the answer. */
async function settled(change: Promise<boolean>): Promise<void> {
  const isOurs = await change.catch((error: unknown) => {
    throw databaseError(error, false);
  });
  if (isOurs) return;
  const reason = 'settled meanwhile';
  throw new AttemptError({ type: 'EffectInProgress', by: 'ledger', reason, sent: false });
}

/** Something was done, but its result cannot be read: a repeat would be blind. */
export function misfit(target: string): EffectError {
  const reason = 'the result does not fit its schema';
  return new EffectError('unknown', { type: 'EffectUnknown', by: target, reason });
}
