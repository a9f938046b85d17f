import type { FailureType } from '../failures/failure-types.ts';

/** Failures that time may cure: the model gets some attempts before the next one takes over. */
export const transientTypes = [
  'Overloaded',
  'RateLimited',
  'ServerError',
  'Timeout',
  'ConnectionFailed',
  'MalformedResponse',
] as const satisfies FailureType[];

/** Failures of one model or account, which another model or account need not have. */
const accountTypes = [
  'ModelNotFound',
  'PermissionDenied',
  'InvalidCredentials',
  'QuotaExhausted',
] as const satisfies FailureType[];

/** Failure types that move on to the next model by default. */
export const usualTypes = [...transientTypes, ...accountTypes];

/**
 * All failure types that may move on to another model. Never among them: `ContentRejected`, so that
 * a rejected prompt is not tried on model after model; `SchemaRejected`, `SchemaMismatch` and
 * `InvalidRequest`, which the request causes and a fallback would hide; `OutputTruncated`, which
 * needs a larger limit.
 */
export const allowedTypes = [...usualTypes, 'RequestTooLarge'] as const satisfies FailureType[];
