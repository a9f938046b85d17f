import { setTimeout as sleep } from 'node:timers/promises';
import { AttemptError } from '../../failures/attempt-error.ts';
import type { Claim, ClaimRequest, LedgerRow, LedgerStatements } from './ledger.ts';
import type { EffectCall } from './replay.ts';

const firstPollMs = 50;
const slowestPollMs = 1000;

/**
 * Claims the row, or waits until whoever holds it has settled it or let its lease run out. Waiting
 * costs no attempt; it only reads, slower and slower.
 *
 * @returns the claim and this machine's time before it was asked for, or the row that is settled (or has another fingerprint).
 * @throws AttemptError `EffectInProgress` after `maximumWaitMs`.
 * @throws the signal's reason when it aborts.
 */
export async function acquireClaim(
  waiting: Pick<EffectCall<unknown, unknown>, 'signal' | 'heartbeat' | 'maximumWaitMs'> & {
    readonly ledger: LedgerStatements;
  },
  request: ClaimRequest,
): Promise<{ claim: Claim; askedAtMs: number } | { row: LedgerRow }> {
  const { ledger, signal, heartbeat, maximumWaitMs } = waiting;
  const startedMs = performance.now();
  let pollMs = firstPollMs;
  while (true) {
    signal.throwIfAborted();
    const askedAtMs = Date.now();
    const claim = await ledger.claim(request);
    if (claim) return { claim, askedAtMs };
    const row = await ledger.read(request);
    if (row && (isSettled(row) || isOthers(row, request))) return { row };
    // Pruned, released or lapsed since the claim was refused: the next claim should succeed. It comes
    // after a pause all the same, or a claim that is refused for another reason would spin.
    const isHeld = row?.state === 'started' && row.leaseLeftMs > 0;
    const heldMs = isHeld ? row.leaseLeftMs : pollMs;
    const leftMs = maximumWaitMs - (performance.now() - startedMs);
    // A timer may be a fraction of a millisecond early.
    if (leftMs < 1) {
      throw new AttemptError({
        type: 'EffectInProgress',
        by: 'ledger',
        // No lease is longer than that: where more is left, the database's clock was set back.
        retryAfterMs: Math.ceil(Math.min(heldMs, request.leaseMs)),
        sent: false,
      });
    }
    heartbeat();
    await sleep(Math.ceil(Math.min(pollMs, heldMs, leftMs)), undefined, { signal }).catch(() =>
      signal.throwIfAborted(),
    );
    pollMs = Math.min(slowestPollMs, pollMs * 1.5);
  }
}

/** It can never be claimed by this request, unless it was given back before anything was sent. */
function isOthers({ state, fingerprint }: LedgerRow, request: ClaimRequest): boolean {
  return state !== 'released' && fingerprint !== request.fingerprint;
}

function isSettled({ state }: LedgerRow): boolean {
  return state !== 'started' && state !== 'released';
}
