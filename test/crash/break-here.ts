import { Context } from '@temporalio/activity';
import type { OutsideEffect, TransactionEffect } from '../../src/effects/once/effect.ts';
import type { Ledger, LedgerStatements } from '../../src/effects/once/ledger.ts';
import { idOfKey, type Reach } from './breakpoints.ts';

/** A ledger that stands still before and after a claim, and after a record. */
export function breakingLedger(ledger: Ledger, reach: Reach): Ledger {
  const breaking = (statements: LedgerStatements): LedgerStatements => ({
    ...statements,
    async claim(request) {
      await reach(idOfKey(request.key), 'before the claim');
      const claim = await statements.claim(request);
      if (claim) await reach(idOfKey(request.key), 'after the claim');
      return claim;
    },
    async record(claim, result) {
      const isRecorded = await statements.record(claim, result);
      await reach(idOfKey(claim.key), 'after the record');
      return isRecorded;
    },
  });
  return {
    ...ledger,
    ...breaking(ledger),
    transaction: (run) =>
      ledger.transaction((statements, transaction) => run(breaking(statements), transaction)),
  };
}

/** An effect on the outside that stands still right before it is sent; what comes after is the target's. */
export function breakingOutside<Input, Result>(
  effect: OutsideEffect<Input, Result>,
  reach: Reach,
): OutsideEffect<Input, Result> {
  return {
    ...effect,
    async run(context) {
      await reach(idOfKey(context.key), 'right before the request');
      return effect.run(context);
    },
  };
}

/** An effect in the ledger's transaction: the target is the database, and it did it when the row is written. */
export function breakingTransaction<Input, Result>(
  effect: TransactionEffect<Input, Result>,
  reach: Reach,
): TransactionEffect<Input, Result> {
  return {
    ...effect,
    async run(context) {
      await reach(idOfKey(context.key), 'after the request was sent');
      const result = await effect.run(context);
      await reach(idOfKey(context.key), 'after the target did it');
      return result;
    },
  };
}

const heartbeatMs = 500;

/** An activity that stands still when all is done, before Temporal is told. */
export function breakingActivity<Request, Outcome>(
  activity: (request: Request) => Promise<Outcome>,
  reach: Reach,
): (request: Request) => Promise<Outcome> {
  return async (request) => {
    const outcome = await activity(request);
    const context = Context.current();
    const heart = setInterval(() => context.heartbeat(), heartbeatMs);
    try {
      const id = context.info.workflowExecution?.workflowId ?? '';
      await reach(id, 'before the activity completion');
      return outcome;
    } finally {
      clearInterval(heart);
    }
  };
}
