import { AttemptError } from '../../failures/attempt-error.ts';
import type { Claim, LedgerStatements } from './ledger.ts';

/** A lease that is renewed while its worker lives. */
export interface KeptLease {
  /**
   * Renews now, and makes sure that no other worker took the claim over.
   * @throws AttemptError `EffectInProgress` when one did.
   */
  assertHeld: () => Promise<void>;
  /** Ends the renewing; waits for one under way. */
  stop: () => Promise<void>;
}

/**
 * Renews a claim's lease every `everyMs`, so that leases can be short (a killed worker's effect is
 * soon taken over) and requests long. A quick effect never renews.
 */
export function keepLease(
  ledger: LedgerStatements,
  claim: Claim,
  leaseMs: number,
  everyMs: number,
): KeptLease {
  let underWay: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A renewal that fails changes nothing: the lease may run out, and the token then protects.
    underWay = underWay.then(() => ledger.renew(claim, leaseMs)).catch(() => {});
  }, everyMs);
  return {
    async assertHeld() {
      if (await ledger.renew(claim, leaseMs)) return;
      throw new AttemptError({ type: 'EffectInProgress', by: 'ledger', reason: 'taken over' });
    },
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
