/**
 * What Temporal, or the workflow above it, does with a failure of a type:
 *
 * - `retry`: time may cure it, so the policy's delays and caps rule.
 * - `limited`: retried too, but only as often as the policy's `attemptsByType` says.
 * - `fail`: the same request can only fail again.
 * - `park`: a person can cure it; failing would lose the work done before it.
 */
export type Treatment = 'retry' | 'limited' | 'fail' | 'park';

/** Every value of `ApplicationFailure.type` of Holdfast: wire format, never renamed. */
export const failureTypes = {
  RateLimited: { treatment: 'retry', meaning: 'too many requests for now' },
  Overloaded: { treatment: 'retry', meaning: 'the provider has no capacity for now' },
  ServerError: { treatment: 'retry', meaning: 'the provider failed' },
  Timeout: { treatment: 'retry', meaning: 'no answer in time; it may have been billed' },
  ConnectionFailed: { treatment: 'retry', meaning: 'the connection failed' },
  MalformedResponse: { treatment: 'limited', meaning: 'the answer is not the protocol' },
  InvalidCredentials: { treatment: 'fail', meaning: 'the API key is missing, wrong or revoked' },
  PermissionDenied: { treatment: 'fail', meaning: 'the account may not do this' },
  ModelNotFound: { treatment: 'fail', meaning: 'the provider does not have this model' },
  QuotaExhausted: {
    treatment: 'park',
    meaning: 'money or a quota ran out, or the wait is too long',
  },
  RequestTooLarge: { treatment: 'fail', meaning: 'the request can never fit the limit' },
  ContextLengthExceeded: { treatment: 'fail', meaning: 'the prompt exceeds the context window' },
  ContentRejected: { treatment: 'fail', meaning: 'a content filter or the model refused' },
  SchemaRejected: { treatment: 'fail', meaning: 'the schema cannot be used' },
  SchemaMismatch: { treatment: 'fail', meaning: 'the output keeps violating the schema' },
  OutputTruncated: { treatment: 'limited', meaning: 'the output hit the token limit' },
  InvalidRequest: { treatment: 'fail', meaning: 'the request is not acceptable' },
  WorkerLost: { treatment: 'retry', meaning: 'the worker went away; the outcome is unknown' },
  PayloadTooLarge: { treatment: 'fail', meaning: 'a payload exceeds what Temporal carries' },
  EffectInProgress: { treatment: 'retry', meaning: 'another worker holds the claim' },
  IdempotencyKeyReused: { treatment: 'fail', meaning: 'same key, other input' },
  EffectNameReused: { treatment: 'fail', meaning: 'the effect ran already in this run' },
  EffectRefused: { treatment: 'fail', meaning: 'the target said no for good' },
  EffectUnknown: { treatment: 'park', meaning: 'it may have happened; a person must look' },
  ApprovalRequired: { treatment: 'park', meaning: 'a person must approve' },
} as const satisfies Record<string, { readonly treatment: Treatment; readonly meaning: string }>;

/** A row's name in {@link failureTypes}. */
export type FailureType = keyof typeof failureTypes;

/** All failure types, in the table's order. */
export const allFailureTypes = Object.keys(failureTypes) as FailureType[];

/** Whether a string from outside (a policies file, a foreign failure) is one of ours. */
export function isFailureType(name: unknown): name is FailureType {
  return typeof name === 'string' && Object.hasOwn(failureTypes, name);
}

/** Whether no retry can cure failures of a type. */
export function isPermanent(type: FailureType): boolean {
  const treatment: Treatment = failureTypes[type].treatment;
  return treatment === 'fail' || treatment === 'park';
}

/** Types no retry can cure: in every policy's `nonRetryableErrorTypes`, so Temporal enforces it. */
export const permanentFailureTypes: FailureType[] = allFailureTypes.filter(isPermanent);
