import { ActivityFailure } from '@temporalio/workflow';
import type { FailureDetails } from '../failures/failure-details.ts';
import { findFailure, findStopDetails } from '../failures/find-failure.ts';
import { type CallCosts, costsIn } from '../policies/call-costs.ts';
import { lostCosts, readNotes } from '../wire/attempt-notes.ts';
import type { CallSoFar } from './call-so-far.ts';

/** One scheduling of the activity, and what the call had used up before it. */
export interface Scheduling extends Pick<CallSoFar, 'attemptsUsed' | 'attemptsLeft' | 'elapsedMs'> {
  /** The workflow's time. */
  readonly scheduledAtMs: number;
}

/** What a scheduling has cost that ended in an error; 0 attempts where that is not known. */
export type FailedCosts = CallCosts & { readonly attempts: number };

const unknownCosts: FailedCosts = { attempts: 0 };

/** What its scheduling has cost, from a failure's details or a killed worker's last heartbeat. */
export function failedCosts(error: unknown, scheduling: Scheduling): FailedCosts {
  const { heartbeat, isLost, cancelled } = findStopDetails(error);
  const notes = readNotes(heartbeat);
  // Killed before its first heartbeat, an attempt leaves no notes.
  if (notes.attempt > 0 || isLost) {
    const elapsedMs = Date.now() - scheduling.scheduledAtMs - notes.waitedMs;
    const attempts = Math.max(begun(error, scheduling), isLost ? 1 : 0);
    return { ...lostCosts(notes, attempts), elapsedMs: Math.max(0, elapsedMs) };
  }
  const details = findFailure(error)?.details ?? cancelled;
  return details ? costsOfDetails(details, scheduling) : unknownCosts;
}

function costsOfDetails(details: FailureDetails, scheduling: Scheduling): FailedCosts {
  const { attempt, elapsedMs } = details;
  if (attempt === undefined) return unknownCosts;
  return {
    attempts: attempt - scheduling.attemptsUsed,
    ...(elapsedMs !== undefined && { elapsedMs: elapsedMs - scheduling.elapsedMs }),
    ...costsIn(details),
  };
}

/** The last attempts may have been killed before their first heartbeat; Temporal counted them. */
function begun(error: unknown, { attemptsLeft = 0 }: Scheduling): number {
  const isUsedUp =
    error instanceof ActivityFailure && error.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
  return isUsedUp ? attemptsLeft : 0;
}
