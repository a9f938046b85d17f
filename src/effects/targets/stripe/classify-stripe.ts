import type Stripe from 'stripe';
import { AttemptError } from '../../../failures/attempt-error.ts';
import { parseRetryAfter } from '../../../policies/retry-after.ts';
import { effectErrorFrom, reasonFrom } from '../../once/effect-error.ts';
import { byTable, type ClassifiedRequest, type TargetRow } from '../send-or-look-up.ts';
import { notFromStripe } from './stripe-client.ts';

/** What decides: the status, Stripe's error type and code, and its own word on retrying. */
interface StripeAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly code: string | undefined;
  /** `undefined` where it says nothing. */
  readonly shouldRetry: boolean | undefined;
  /** It was stored at the first request with the key, and will be the same ever after. */
  readonly isReplayed: boolean;
}

/**
 * What Stripe's errors mean for a charge or refund; the first row that fits rules. Sources:
 * https://docs.stripe.com/api/errors and https://docs.stripe.com/api/idempotent_requests
 * (an answer is stored once execution began, 500s included; a rate limit is before that).
 */
const rows: readonly TargetRow<StripeAnswer>[] = [
  // Something in between answered, and what Stripe did is not known: the same key tells.
  [({ type, status }) => type === notFromStripe && status === 429, 'in doubt', 'RateLimited'],
  [({ type, status }) => type === notFromStripe && status === 503, 'in doubt', 'Overloaded'],
  [({ type }) => type === notFromStripe, 'in doubt', 'ServerError'],
  [({ status }) => status === 401, 'nothing happened', 'InvalidCredentials'],
  [({ status }) => status === 403, 'nothing happened', 'PermissionDenied'],
  [({ status }) => status === 409, 'in doubt', 'EffectInProgress'],
  [({ code }) => code === 'lock_timeout', 'in doubt', 'RateLimited'],
  [({ status }) => status === 429, 'nothing happened', 'RateLimited'],
  [({ code }) => code === 'rate_limit', 'nothing happened', 'RateLimited'],
  [({ status, shouldRetry }) => status >= 500 && shouldRetry === true, 'in doubt', 'ServerError'],
  // Before execution nothing is stored: the same key again, as Stripe's own SDK does.
  [
    ({ status, shouldRetry, isReplayed }) =>
      [502, 503, 504].includes(status) && shouldRetry !== false && !isReplayed,
    'in doubt',
    'Overloaded',
  ],
  [({ status }) => status >= 500, 'look up', 'ServerError'],
  // The key is known with other parameters: what was done then is not in our ledger.
  [({ type }) => type === 'idempotency_error', 'look up', 'IdempotencyKeyReused'],
  [({ status }) => status >= 400, 'refused', 'EffectRefused'],
];

/** A failed request to Stripe, as what it means for the effect. */
export function classifyStripe(error: unknown, nowMs: number): ClassifiedRequest {
  // The SDK wraps what our fetch threw.
  const wrapped = isStripeError(error) && error.detail;
  const thrown = wrapped instanceof AttemptError ? wrapped : error;
  if (!isStripeError(thrown)) {
    const { state, fields } = effectErrorFrom('stripe', thrown);
    return { verdict: state, fields };
  }
  return classifyAnswer(thrown, nowMs);
}

type StripeError = InstanceType<typeof Stripe.errors.StripeError>;

/** By its shape: the SDK has its classes twice, for `import` and for `require`. */
function isStripeError(error: unknown): error is StripeError {
  return error instanceof Error && 'rawType' in error;
}

function classifyAnswer(error: StripeError, nowMs: number): ClassifiedRequest {
  const status = error.statusCode;
  if (status === undefined) {
    return { verdict: 'look up', fields: { type: 'MalformedResponse', by: 'stripe', sent: true } };
  }
  const { headers = {} } = error;
  const should = headers['stripe-should-retry'];
  const answer: StripeAnswer = {
    status,
    type: error.rawType,
    code: error.code,
    shouldRetry: should === undefined ? undefined : should === 'true',
    isReplayed: headers['idempotent-replayed'] === 'true',
  };
  return byTable(rows, answer, {
    by: 'stripe',
    reason: reasonFrom(error.decline_code, error.code, error.rawType),
    providerRequestId: error.requestId,
    retryAfterMs: parseRetryAfter({ headers }, nowMs),
  });
}
