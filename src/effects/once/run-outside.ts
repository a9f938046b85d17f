import { databaseError } from '../../database/classify-database.ts';
import { AttemptError } from '../../failures/attempt-error.ts';
import type { EffectOutcome } from '../../wire/effect-call.ts';
import type { EffectContext, OutsideEffect } from './effect.ts';
import { EffectError, effectErrorFrom } from './effect-error.ts';
import { keepLease } from './keep-lease.ts';
import type { Claim, ClaimRequest } from './ledger.ts';
import { contextOf, type EffectCall, misfit, replay } from './replay.ts';

/** Corrections below this stay within the margins of every key's window. */
const clockCorrectionMs = 15 * 60 * 1000;

type OutsideCall<Input, Result> = EffectCall<Input, Result, OutsideEffect<Input, Result>>;

/**
 * Runs a claimed effect on its target, and records how it ended.
 *
 * @param claimed with this machine's time before the claim was asked for.
 */
export async function runOutside<Input, Result>(
  call: OutsideCall<Input, Result>,
  { claim, askedAtMs }: { readonly claim: Claim; readonly askedAtMs: number },
  request: ClaimRequest,
): Promise<EffectOutcome<Result>> {
  const lease = keepLease(call.ledger, claim, request.leaseMs, call.leaseMs / 3);
  let ended: Ended<Result>;
  try {
    ended = await perform(call, contextOf(call, claim, lease.assertHeld), askedAtMs);
  } finally {
    await lease.stop();
  }
  try {
    if (await store(call, claim, ended)) {
      if ('error' in ended) throw ended.error;
      return { result: JSON.parse(ended.text) as Result, replayed: false };
    }
  } catch (error) {
    // The effect may be done and is not recorded: the next attempt takes over, in doubt.
    throw databaseError(error, 'error' in ended ? ended.error.fields.sent : true);
  }
  return fenced(call, claim, request);
}

type Ended<Result> =
  | { readonly result: Result; readonly text: string }
  | { readonly error: EffectError };

/** Does the effect, or what its way allows when an earlier attempt may have done it. */
async function perform<Input, Result>(
  call: OutsideCall<Input, Result>,
  context: EffectContext<Input>,
  askedAtMs: number,
): Promise<Ended<Result>> {
  const { effect } = call;
  try {
    // The machine may have stood still since the claim, and sending is safe only while the lease holds.
    if (Date.now() - askedAtMs >= call.leaseMs) await assertStillMine(context);
    const result = (await beforeRun(call, context)) ?? (await effect.run(context));
    const text = JSON.stringify(result);
    if (effect.result.safeParse(JSON.parse(text)).success) return { result, text };
    return { error: misfit(effect.target) };
  } catch (error) {
    return { error: effectError(effect, error) };
  }
}

/**
 * What the effect's way asks for before it is run.
 *
 * @returns the result when a look-up found it; `undefined` when the effect is to be run (again).
 * @throws EffectError `unknown` when neither a repeat nor a look-up can be trusted.
 */
async function beforeRun<Input, Result>(
  { effect }: OutsideCall<Input, Result>,
  context: EffectContext<Input>,
): Promise<Result | undefined> {
  if (effect.way === 'find before create') {
    const found = await effect.lookUp(context);
    // A look-up takes time, in which the lease may have run out: the last moment to notice.
    if (found === undefined) await assertStillMine(context);
    return found;
  }
  if (!context.inDoubt) return undefined;
  const windowMs = effect.keyWindowMs ?? Number.POSITIVE_INFINITY;
  const ageMs = context.claimedAtMs - context.firstSentAtMs;
  // Where the database's clock was set back by much, the key's age is not known at all.
  const isKnown = ageMs < windowMs && ageMs > -clockCorrectionMs;
  if (effect.way === 'native key' && isKnown) return undefined;
  const found = await effect.lookUp?.(context);
  if (found !== undefined) return found;
  throw unknown(effect.target, 'an earlier attempt may have done it');
}

/** Asked before anything is sent: if the database does not answer, surely nothing happened. */
async function assertStillMine(context: EffectContext<unknown>): Promise<void> {
  await context.stillMine().catch((error: unknown) => {
    throw databaseError(error, false);
  });
}

function unknown(by: string, reason: string): EffectError {
  return new EffectError('unknown', { type: 'EffectUnknown', by, reason });
}

/** Stores how the attempt ended; `false` when the claim is not ours any more. */
function store<Input, Result>(
  call: OutsideCall<Input, Result>,
  claim: Claim,
  ended: Ended<Result>,
): Promise<boolean> {
  const { ledger, graceMs } = call;
  if (!('error' in ended)) return ledger.record(claim, ended.text);
  const { state, fields } = ended.error;
  switch (state) {
    case 'refused':
      return ledger.fail(claim, fields);
    case 'unknown':
      return ledger.markUnknown(claim, fields);
    case 'nothing happened':
      return ledger.release(claim);
    case 'in doubt':
      return ledger.giveUp(claim, graceMs);
  }
}

/** Our claim was taken over while we worked: what the other one recorded is the answer. */
async function fenced<Input, Result>(
  call: OutsideCall<Input, Result>,
  claim: Claim,
  request: ClaimRequest,
): Promise<EffectOutcome<Result>> {
  const row = await call.ledger.read(claim).catch((error: unknown) => {
    throw databaseError(error, true);
  });
  if (row !== undefined && row.state !== 'started' && row.state !== 'released') {
    return replay(call, row, request);
  }
  throw new AttemptError({ type: 'EffectInProgress', by: 'ledger', reason: 'taken over' });
}

/** Whatever an effect throws, as what it means for the row. For `at most once`, doubt becomes `unknown`. */
function effectError<Input, Result>(
  effect: OutsideEffect<Input, Result>,
  error: unknown,
): EffectError {
  const named = effectErrorFrom(effect.target, error);
  if (named.state !== 'in doubt' || effect.way !== 'at most once') return named;
  return new EffectError('unknown', { ...named.fields, type: 'EffectUnknown' }, { cause: error });
}
