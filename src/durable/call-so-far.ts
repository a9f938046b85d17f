import { ActivityFailure } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { FailureDetails } from '../failures/failure-details.ts';
import type { FailureType } from '../failures/failure-types.ts';
import { findFailure, findStopDetails } from '../failures/find-failure.ts';
import { type CallCosts, costsIn } from '../policies/call-costs.ts';
import { noOutage, type OutageSoFar } from '../policies/outage.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';
import { lostCosts, readNotes } from '../wire/attempt-notes.ts';
import type { Deferred, LimitedFailure, ModelRequest } from '../wire/model-call.ts';

/**
 * What a call has used up and met in its earlier schedulings, by the workflow's clock. JSON: it goes
 * along when the call goes on in another run.
 */
export interface CallSoFar {
  readonly attemptsUsed: number;
  /** Absent where nothing caps them. */
  readonly attemptsLeft?: number;
  /** Used of the elapsed budget. */
  readonly elapsedMs: number;
  /** How often it ended in the types that the policy counts. */
  readonly endedIn: Partial<Record<FailureType, number>>;
  readonly outage: Omit<OutageSoFar, 'forMs'>;
  /** Since when it has been in an outage; absent while it is in none. */
  readonly outageSinceMs?: number;
  /** Since when it has been held without a break. */
  readonly heldSinceMs?: number;
  /** When it is not tried or held any more. */
  readonly deadlineAtMs: number;
}

/** The fields of the request that tell the activity what was before. */
export function requestFields(soFar: CallSoFar, nowMs: number) {
  const { attemptsUsed, attemptsLeft, elapsedMs, outage, outageSinceMs, deadlineAtMs } = soFar;
  return {
    attemptsUsed,
    elapsedUsedMs: elapsedMs,
    deadlineLeftMs: deadlineAtMs - nowMs,
    ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(outage.failures > 0 || outageSinceMs !== undefined
      ? {
          outage: {
            ...outage,
            ...(outageSinceMs !== undefined && { forMs: nowMs - outageSinceMs }),
          },
        }
      : {}),
  } satisfies Partial<ModelRequest>;
}

/** What a call has used up after a scheduling that brought no answer and is to be followed by another. */
export function afterScheduling(
  soFar: CallSoFar,
  outcome: LimitedFailure | Deferred,
  nowMs: number,
): CallSoFar {
  const { attempts, elapsedMs = 0, kind, delayMs } = outcome;
  const { heldSinceMs = nowMs, attemptsLeft, ...rest } = soFar;
  const used = {
    ...rest,
    attemptsUsed: soFar.attemptsUsed + attempts,
    ...(attemptsLeft !== undefined && { attemptsLeft: attemptsLeft - attempts }),
  };
  if (kind === 'limited') {
    const count = (soFar.endedIn[outcome.type] ?? 0) + 1;
    return {
      ...used,
      // A wait between attempts is part of the elapsed budget; one in which the call is held is not.
      elapsedMs: soFar.elapsedMs + elapsedMs + delayMs,
      endedIn: { ...soFar.endedIn, [outcome.type]: count },
    };
  }
  const { forMs, ...outage } = outcome.outage ?? { ...noOutage, ...soFar.outage };
  const sinceMs = forMs === undefined ? undefined : nowMs - forMs;
  const outageSinceMs = Math.min(
    soFar.outageSinceMs ?? Number.POSITIVE_INFINITY,
    sinceMs ?? Number.POSITIVE_INFINITY,
  );
  return {
    ...used,
    elapsedMs: soFar.elapsedMs + elapsedMs,
    outage,
    heldSinceMs,
    ...(Number.isFinite(outageSinceMs) && { outageSinceMs }),
  };
}

/** The failure of a call whose next try would come after its deadline. */
export function pastDeadline(
  soFar: CallSoFar,
  outcome: LimitedFailure | Deferred,
  at: { readonly requestId: string; readonly policy: ModelPolicy; readonly nowMs: number },
) {
  const { requestId, policy, nowMs } = at;
  const { attemptsUsed, elapsedMs, heldSinceMs, outageSinceMs } = soFar;
  const heldMs = nowMs - Math.min(outageSinceMs ?? nowMs, heldSinceMs ?? nowMs);
  const { type, message } = lastFailure(outcome);
  // A limit whose end the provider puts after the deadline is no limit a minute.
  const isQuota =
    type === 'RateLimited' &&
    outcome.delayMs > policy.retryAfterCapMs &&
    soFar.outageSinceMs === undefined;
  return createFailure(
    isQuota ? 'QuotaExhausted' : type,
    `${message}; held for ${duration(heldMs)}, and the deadline of ${duration(policy.deadlineMs)} ends before the next try`,
    { final: true, details: { requestId, attempt: attemptsUsed, elapsedMs } },
  );
}

function lastFailure(outcome: LimitedFailure | Deferred): {
  readonly type: FailureType;
  readonly message: string;
} {
  if (outcome.kind === 'limited') return outcome;
  if (outcome.failure) return outcome.failure;
  const type = outcome.outage?.forMs === undefined ? 'RateLimited' : 'Overloaded';
  const { gate, reason } = outcome.held ?? { gate: 'its gate', reason: 'lets nothing go' };
  return { type, message: `${gate} ${reason}: nothing was sent` };
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.slice(0, 2).join(' ') || '0 s';
}

/** One scheduling of the activity, and what the call had used up before it. */
interface Scheduling extends Pick<CallSoFar, 'attemptsUsed' | 'attemptsLeft' | 'elapsedMs'> {
  /** The workflow's time. */
  readonly scheduledAtMs: number;
}

/** What a scheduling has cost that ended in an error; 0 attempts where that is not known. */
type FailedCosts = CallCosts & { readonly attempts: number };

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
