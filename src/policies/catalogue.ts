import { permanentFailureTypes } from '../failures/failure-types.ts';
import { curableTypes, everyCurableType } from './parks.ts';
import type { ModelPolicy, RetryPolicy } from './retry-policy.ts';

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** What every effect's policy starts from, an application's own too. */
export const effectPolicy: RetryPolicy = {
  initialIntervalMs: 500,
  backoffCoefficient: 2,
  maximumIntervalMs: 30 * seconds,
  maximumAttempts: 10,
  elapsedBudgetMs: 60 * minutes,
  jitter: 0.5,
  retryAfterCapMs: 5 * minutes,
  requestTimeoutMs: 30 * seconds,
  heartbeatTimeoutMs: 10 * seconds,
  nonRetryableErrorTypes: permanentFailureTypes,
  // Work was done before an effect: failing would lose it (docs/decisions/0005).
  onFailure: 'park',
  parkOn: curableTypes,
  parkDeadlineMs: 0,
};

/**
 * Of the webhooks of the gateway's clients: soon, then more and more rarely, for three days, as Standard
 * Webhooks recommends. Nothing waits for them.
 */
export const webhookPolicy: RetryPolicy = {
  ...effectPolicy,
  initialIntervalMs: 1 * seconds,
  backoffCoefficient: 3,
  maximumIntervalMs: 6 * hours,
  maximumAttempts: 0,
  elapsedBudgetMs: 72 * hours,
  onFailure: 'fail',
};

/** One policy for model calls and one for each kind of effect. */
export interface Policies {
  readonly model: ModelPolicy;
  readonly database: RetryPolicy;
  readonly payment: RetryPolicy;
  readonly ticket: RetryPolicy;
  readonly message: RetryPolicy;
}

/** Policies by name: those of the catalogue, and an application's own for its effects. */
export interface PolicySet extends Policies {
  readonly [own: string]: RetryPolicy;
}

/** A policy's name in the catalogue, in the policies file and in `holdfast policy`. */
export type PolicyName = keyof Policies;

/** The default policies; what files and flags make of them travels in the workflow's input. */
export const catalogue: Policies = {
  model: {
    initialIntervalMs: 500,
    backoffCoefficient: 2,
    maximumIntervalMs: 30 * seconds,
    maximumAttempts: 8,
    elapsedBudgetMs: 60 * minutes,
    jitter: 0.5,
    retryAfterCapMs: 5 * minutes,
    requestTimeoutMs: 60 * seconds,
    heartbeatTimeoutMs: 30 * seconds,
    nonRetryableErrorTypes: permanentFailureTypes,
    // An answer that is not the protocol rarely becomes one; a truncated one only with more room.
    attemptsByType: { MalformedResponse: 3, OutputTruncated: 2 },
    maximumRepairs: 3,
    maximumOutputTokens: 2000,
    // Long enough for a pause or a busy minute; an outage is slept through in the workflow.
    gateCapMs: 30 * seconds,
    // Outlasts the outages of a working day; what is held so long is a matter for a person.
    deadlineMs: 24 * hours,
    callBudget: {},
    workflowBudget: {},
    prices: {},
    // Another model has another price and answers otherwise: only users add one.
    fallback: [],
    // Failing loses no work here, and the caller may wait for the answer.
    onFailure: 'fail',
    parkOn: everyCurableType,
    parkDeadlineMs: 0,
  },
  // Retried soon: a local transaction usually fails because the database restarts.
  database: { ...effectPolicy, initialIntervalMs: 200, requestTimeoutMs: 10 * seconds },
  // A repeat under the same key does no harm, so more attempts cost nothing; Stripe keeps keys for
  // 24 h.
  payment: { ...effectPolicy, maximumAttempts: 12, requestTimeoutMs: 60 * seconds },
  // The customer has paid: even a final refusal must not lose the order.
  ticket: { ...effectPolicy, parkOn: everyCurableType },
  // Emails and webhooks.
  message: effectPolicy,
};
