import { databaseError, isDatabaseError } from '../../database/classify-database.ts';
import { AttemptError } from '../../failures/attempt-error.ts';
import type { EffectOutcome } from '../../wire/effect-call.ts';
import { acquireClaim } from './acquire-claim.ts';
import type { TransactionEffect } from './effect.ts';
import { EffectError } from './effect-error.ts';
import type { ClaimRequest } from './ledger.ts';
import { contextOf, type EffectCall, replay, type Superseded, supersededBy } from './replay.ts';

/**
 * Claim, effect and record in one transaction: either all of it happened or nothing did, so there
 * is no lease to wait for and nothing to look up. Of two at once the second waits for the first's
 * commit inside its own claim.
 */
export async function runInTransaction<Input, Result>(
  call: EffectCall<Input, Result, TransactionEffect<Input, Result>>,
  request: ClaimRequest,
): Promise<EffectOutcome<Result> | Superseded> {
  const { ledger, effect } = call;
  if (effect.ledger !== ledger) {
    // A worker refuses it at its start (create-activities.ts); trying again would change nothing.
    const reason = `${effect.name} was made for another ledger than the one it runs with`;
    throw new AttemptError({ type: 'InvalidRequest', by: effect.target, reason, sent: false });
  }
  try {
    return await ledger.transaction(async (statements, transaction) => {
      // A transaction holds locks, so it does not wait for another worker.
      const acquired = await acquireClaim(
        { ...call, ledger: statements, maximumWaitMs: 0 },
        request,
      );
      if ('row' in acquired) {
        return supersededBy(acquired.row) ?? (await replay(call, acquired.row, request));
      }
      const context = contextOf(call, acquired.claim, async () => {});
      const parsed = effect.result.safeParse(await effect.run({ ...context, transaction }));
      if (!parsed.success) throw badResult(effect.name);
      const text = JSON.stringify(parsed.data);
      await statements.record(acquired.claim, text);
      return { result: JSON.parse(text) as Result, replayed: false };
    });
  } catch (error) {
    if (error instanceof EffectError && error.state === 'refused') {
      await refuse(call, request, error);
    }
    // A mistake in the effect's own code is not the database's, and is told by its own kind.
    if (error instanceof AttemptError || !isDatabaseError(error)) throw error;
    // Even where the answer to the commit was lost, the next attempt finds the row, or none.
    throw databaseError(error, false);
  }
}

/** A mistake in its code, which a corrected deploy cures: nothing of it was kept. */
function badResult(by: string): AttemptError {
  const reason = 'its result does not fit its schema';
  return new AttemptError({ type: 'ServerError', by, reason });
}

/** What the effect did was rolled back with its claim: the refusal is stored in a transaction of its own. */
async function refuse<Input, Result>(
  call: EffectCall<Input, Result, TransactionEffect<Input, Result>>,
  request: ClaimRequest,
  error: EffectError,
): Promise<void> {
  const refusal = call.ledger.transaction(async (statements) => {
    const claim = await statements.claim(request);
    if (claim) await statements.fail(claim, error.fields);
  });
  await refusal.catch((cause: unknown) => {
    throw databaseError(cause, false);
  });
}
