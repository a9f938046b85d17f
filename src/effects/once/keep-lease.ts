import { AttemptError } from '../../failures/attempt-error.ts';
import type { Claim, LedgerStatements } from './ledger.ts';

/** Renews a claim's lease every `everyMs`, so that leases can be short and requests long. */
export function keepLease(
  ledger: LedgerStatements,
  claim: Claim,
  leaseMs: number,
  everyMs: number,
) {
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A renewal that fails changes nothing: the lease may run out, and the token then protects.
    underWay = underWay.then(() => ledger.renew(claim, leaseMs)).catch(() => {});
  }, everyMs);
  return {
    /** Renews now. @throws AttemptError `EffectInProgress` when another took the claim over. */
    async assertHeld(): Promise<void> {
      if (await ledger.renew(claim, leaseMs)) return;
      throw new AttemptError({ type: 'EffectInProgress', by: 'ledger', reason: 'taken over' });
    },
    /** Ends the renewing; waits for one under way. */
    async stop(): Promise<void> {
      clearInterval(timer);
      await underWay;
    },
  };
}
