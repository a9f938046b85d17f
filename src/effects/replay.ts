import { AttemptError } from '../failures/attempt-error.ts';
import { databaseError } from './classify-database.ts';
import type { Effect, EffectContext, OutsideEffect } from './effect.ts';
import { effectErrorFrom } from './effect-error.ts';
import type { Claim, ClaimRequest, Ledger, LedgerRow } from './ledger.ts';

/** One call of `runOnce`, its options filled in. */
export interface EffectCall<Input, Result, Kind = Effect<Input, Result>> {
  readonly ledger: Ledger;
  readonly effect: Kind;
  readonly input: Input;
  readonly targetKey: string;
  readonly signal: AbortSignal;
  readonly heartbeat: () => void;
  readonly requestTimeoutMs: number;
  readonly maximumWaitMs: number;
  readonly leaseMs: number;
  readonly graceMs: number;
}

/** An effect that is done. */
export interface Ran<Result> {
  readonly result: Result;
  readonly replayed: boolean;
}

/** A person raised a new generation of the key: that one counts. */
export interface Superseded {
  readonly superseded: number;
}

/** The generation that counts instead of this row, if a person raised one. */
export function supersededBy({ generation, latestGeneration = 1 }: LedgerRow) {
  return latestGeneration > generation ? { superseded: latestGeneration } : undefined;
}

/** What the effect's code gets, for a claim or for a row that is only looked up. */
export function contextOf<Input, Result>(
  call: EffectCall<Input, Result>,
  claim: Claim,
  stillMine: () => Promise<void>,
): EffectContext<Input> {
  const endsMs = performance.now() + call.requestTimeoutMs;
  return {
    key: call.targetKey,
    input: call.input,
    request: JSON.parse(claim.request),
    apiVersion: claim.apiVersion,
    firstSentAtMs: claim.firstSentAtMs,
    claimedAtMs: claim.claimedAtMs,
    inDoubt: claim.inDoubt,
    // Not the caller's signal: what was sent finishes and is recorded, also when nobody waits.
    signal: AbortSignal.timeout(call.requestTimeoutMs),
    leftMs: () => Math.max(1, Math.round(endsMs - performance.now())),
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
): Promise<{ result: Result; replayed: boolean }> {
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

/** Only reads at the target; the row changes only when it was found, and only if nobody else changed it. */
async function lookUpAgain<Input, Result>(
  call: EffectCall<Input, Result, OutsideEffect<Input, Result>>,
  row: LedgerRow,
): Promise<{ result: Result; replayed: boolean } | undefined> {
  const context = contextOf(call, row, async () => {});
  const found = await call.effect.lookUp?.(context).catch((error: unknown) => {
    throw effectErrorFrom(call.effect.target, error);
  });
  if (found === undefined) return undefined;
  const text = JSON.stringify(found);
  await call.ledger.settle(row, text).catch((error: unknown) => {
    throw databaseError(error, false);
  });
  return { result: JSON.parse(text) as Result, replayed: true };
}
