import type { CallCosts, Usage } from '../policies/call-costs.ts';
import type { Held } from './held.ts';

/** What attempts tell later ones and, when killed, the workflow; it travels with heartbeats. */
export interface AttemptNotes {
  /** The attempt that wrote them; 0 in notes from before this was kept. */
  readonly attempt: number;
  /** Attempts that came to their end. The others were killed, and may have sent something. */
  readonly ended: number;
  /** Time spent waiting, which no budget counts. */
  readonly waitedMs: number;
  /** Attempts that may have been billed without an answer. */
  readonly possiblyBilled: number;
  /** Attempts that failed as in an outage. */
  readonly outageFailures: number;
  /** Attempts that surely did nothing, so that no policy counts them: an effect's, or held back. */
  readonly didNothing: number;
  /** Time since the first scheduling when this attempt may start, what was waited taken out. */
  readonly elapsedMs: number;
  /** Tokens that were paid for without a usable answer. */
  readonly failedUsage?: Usage;
  /** The attempt waits at a gate; absent once it may go. */
  readonly held?: Held;
}

/** Reads the details of a heartbeat; of a worker of an older version, too. */
export function readNotes(details: unknown): AttemptNotes {
  const known = typeof details === 'object' && details !== null ? details : {};
  return {
    attempt: 0,
    ended: 0,
    waitedMs: 0,
    possiblyBilled: 0,
    outageFailures: 0,
    didNothing: 0,
    elapsedMs: 0,
    ...known,
  };
}

/**
 * What a scheduling has cost whose last attempt left nothing but its heartbeats: those that did not
 * come to their end were killed, and may have been billed.
 *
 * @param begun attempts that began, where that is known; never fewer than the notes tell of.
 */
export function lostCosts(
  notes: AttemptNotes,
  begun: number,
): CallCosts & { readonly attempts: number } {
  const { attempt, ended, failedUsage } = notes;
  const attempts = Math.max(attempt, begun);
  return {
    attempts,
    possiblyBilled: notes.possiblyBilled + Math.max(0, attempts - ended),
    ...(failedUsage && { failedUsage }),
  };
}
