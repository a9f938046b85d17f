import type { FailureType } from './failure-types.ts';

/** What a person does about a failure that the retries did not cure, a sentence per type. */
export const whatToDo: Readonly<Record<FailureType, string>> = {
  RateLimited: 'Ask for a higher limit, or start less at once.',
  Overloaded: 'Wait, or use another model.',
  ServerError: "Look at the provider's status page; give its support the provider's request id.",
  Timeout:
    'Raise `requestTimeoutMs`, or ask for less output; count the attempt as possibly billed.',
  ConnectionFailed:
    "Check the provider's address, DNS, proxy and certificates from the worker's machine.",
  MalformedResponse:
    'Check the address and what stands in between; some models simply answer so at times.',
  InvalidCredentials: "Set the right key in the worker's environment and restart the worker.",
  PermissionDenied: 'Grant the account, project or region access to the model.',
  ModelNotFound: 'Correct the name after the colon, or deploy or pull the model.',
  QuotaExhausted: 'Add credit, raise the limit, or wait until the quota is renewed; then resume.',
  RequestTooLarge: 'Send less, lower `maximumOutputTokens`, or raise the limit per minute.',
  ContextLengthExceeded: 'Shorten the prompt, or use a model with a larger window.',
  ContentRejected: 'Change the prompt: the same content is refused again.',
  SchemaRejected: 'Simplify the schema, or describe the format in the prompt instead.',
  SchemaMismatch: 'Correct prompt or schema: the model was told what was wrong and did it again.',
  OutputTruncated: 'Raise `maximumOutputTokens`, or ask for less.',
  InvalidRequest: 'Read the reason; it is a mistake in the request or in the configuration.',
  WorkerLost: "Look at the worker's logs; the outcome of its last attempt is not known.",
  PayloadTooLarge: 'Pass a reference instead of the data: Temporal carries 2 MB.',
  EffectInProgress: 'Wait: another worker does it right now, or its lease runs out.',
  IdempotencyKeyReused:
    'Start under another id, or with the input that the id was first used with.',
  EffectNameReused: 'Name the step, so that every effect of a run has a name of its own.',
  EffectRefused: 'Cure the cause at the target, then let a person resolve it.',
  EffectUnknown: 'Look at the target whether it happened, and resolve it accordingly.',
  ApprovalRequired: 'Approve it, or cancel the workflow.',
};
