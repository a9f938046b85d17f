import { framesOf, placeIn } from './code-frames.ts';
import { type FailureType, failureTypes } from './failure-types.ts';

/** What is known about one failed attempt of a call or effect. Listed fields only: no text with values in it. */
export interface AttemptErrorFields {
  readonly type: FailureType;
  /** Who failed: `openai`, `stripe`, `github`, `database`. */
  readonly by: string;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** A short reason from a closed list, for example the provider's error code. Never free text. */
  readonly reason?: string | undefined;
  /** The provider forbids a retry of what time may cure. */
  readonly isFinal?: true | undefined;
  /** What Holdfast chose itself was refused: the next attempt asks in another form. */
  readonly isStep?: true | undefined;
  /** The wait that the answer asks for. */
  readonly retryAfterMs?: number | undefined;
  /** The provider's or target's own id of the request. */
  readonly providerRequestId?: string | undefined;
  /** Whether the request left this machine; `undefined` when that cannot be known. */
  readonly sent?: boolean | undefined;
  /** The provider goes on with it: the next attempt fetches it by its id, and asks nothing anew. */
  readonly isResumable?: true | undefined;
  /** Tokens that were paid for although no usable answer came, for example a refusal. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

/** A failed attempt on its way to the activity, which makes it a failure; no workflow sees it. */
export class AttemptError extends Error {
  override readonly name = 'AttemptError';
  readonly fields: AttemptErrorFields;
  constructor(fields: AttemptErrorFields, options?: ErrorOptions) {
    super(describeAttemptError(fields), options);
    this.fields = fields;
  }
}

/** "429 RateLimited by openai (rate_limit_exceeded)": the start of every failure message. */
export function describeAttemptError(fields: AttemptErrorFields): string {
  const status = fields.status === undefined ? '' : `${fields.status} `;
  const reason = fields.reason ?? failureTypes[fields.type].meaning;
  return `${status}${fields.type} by ${fields.by} (${reason})`;
}

/** Whether a caught value is a failed attempt (and not a bug, a cancellation or a final failure). */
export function isAttemptError(error: unknown): error is AttemptError {
  return error instanceof AttemptError;
}

/** An error that no rule knows, a bug for example. Its message is left out: it may hold values. */
export function unexpected(by: string, error: unknown): AttemptErrorFields {
  const name = error instanceof Error ? error.name : typeof error;
  const place = placeIn(framesOf(error));
  const reason = `unexpected ${name}${place === undefined ? '' : ` at ${place}`}`;
  return { type: 'ServerError', by, reason };
}
