import type { FailureType } from './failure-types.ts';

/** What a person does about a failure that the retries did not cure, a sentence per type. */
export const whatToDo: Readonly<Record<FailureType, string>> = {
  RateLimited: 'Wait, ask for a higher limit, or start less at once.',
  Overloaded: 'Wait until it has capacity again; another model may have some now.',
  ServerError:
    'Look at the status page of who failed; give its support its request id, which the log has.',
  Timeout:
    'Raise `requestTimeoutMs`, or ask for less; count the attempt as possibly done and billed.',
  ConnectionFailed: "Check the address, DNS, proxy and certificates from the worker's machine.",
  MalformedResponse:
    'Check the address and what stands in between; some models simply answer so at times.',
  InvalidCredentials: "Set the right key in the worker's environment and restart the worker.",
  PermissionDenied:
    'Grant the account or token what was refused: the model, the region, the repository.',
  ModelNotFound: 'Correct the name after the colon, or deploy or pull the model.',
  QuotaExhausted: 'Add credit, raise the limit or budget, or wait until the quota is renewed.',
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
  EffectRefused: 'Cure the cause at the target, then resolve it: it is done anew.',
  EffectUnknown: 'Look at the target whether it happened, then resolve it by saying so.',
  ApprovalRequired: 'Look at what is to be approved, then approve it or cancel the workflow.',
};
