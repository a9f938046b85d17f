import type { FailureType } from '../failures/failure-types.ts';
import type { Usage } from '../policies/call-costs.ts';
import type { ModelPolicy } from '../policies/retry-policy.ts';

/** The step of a forwarded call within its workflow, and in the journal. */
export const forwardStep = 'forward';

/** What of a protocol is read of a forwarded call: how it ended, and what it used. */
export type ForwardedApi =
  | 'chat'
  | 'responses'
  | 'embeddings'
  | 'messages'
  | 'generateContent'
  | 'other';

/** A client's request as it goes out, without its body. */
export interface ForwardedRequest {
  /** The provider's name in the configuration. */
  readonly provider: string;
  /** `<provider>:<model>`, as gates, prices and journal know it. */
  readonly model: string;
  readonly api: ForwardedApi;
  readonly method: string;
  /** Path and query at the provider, after its base address. */
  readonly path: string;
  /** Those of the client's that are let through; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client asked for server-sent events. */
  readonly isStream: boolean;
  /** The usage of its stream was asked for by us: the client gets no chunk of it. */
  readonly isUsageOurs?: true;
  /** The most tokens that the client lets the model write, where it says so. */
  readonly maximumOutputTokens?: number;
  /** `background: true`: it is answered at once, and asked for later under an id of ours. */
  readonly isBackground?: true;
  /** The provider runs it in the background by itself, and gives it again by its own id. */
  readonly isReattachable?: true;
  /** `store: true`: it goes on without its client. */
  readonly isStored?: true;
  /** `store: false`: nothing of it is kept once its answer is delivered. */
  readonly isForgotten?: true;
}

/** A provider's answer as it goes to the client, without its body. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly usage?: Usage;
}

/** Why a forwarded call has no answer, and what the client is told. */
export interface ForwardFailure {
  readonly type: FailureType;
  /** Ours: it holds nothing from outside. */
  readonly message: string;
  readonly status: number;
}

/** What a webhook is told when a background call has ended. */
export interface WebhookEvent {
  /** Whose webhook: its address and secret are looked up, and are in no history and no ledger. */
  readonly keyId: string;
  /** The event's own id: what a receiver tells repeats apart by. */
  readonly id: string;
  readonly type: string;
  readonly responseId: string;
  readonly createdAtSeconds: number;
}

/** The record that holds the body of a forwarded call. */
export interface ForwardedBody {
  readonly id: string;
  /** How large it is: gates and budgets estimate its tokens by that. */
  readonly bytes: number;
}

/** What the workflow `forward` is started with; body and answer are in the record of that id. */
export interface ForwardInput extends ForwardedBody {
  readonly model: string;
  readonly maximumOutputTokens: number;
  readonly policy: ModelPolicy;
  /** What the gateway's own process has used up before. */
  readonly attemptsUsed: number;
  readonly possiblyBilled: number;
  /** When it may be tried again, after the attempt before. */
  readonly delayMs: number;
  /** When it is not tried any more, in milliseconds since 1970. */
  readonly deadlineAtMs: number;
  /** Its end is told to a webhook. */
  readonly hasWebhook?: true;
  /** It ended in the gateway's own process: only that is left to do. */
  readonly hasEnded?: true;
}

/**
 * A failure's status where no answer of a provider has one. Those that an SDK would try again by
 * itself carry `x-should-retry: false`: the call has been tried already.
 */
const statusOf: Readonly<Partial<Record<FailureType, number>>> = {
  RateLimited: 429,
  Overloaded: 503,
  ServerError: 502,
  Timeout: 504,
  ConnectionFailed: 502,
  MalformedResponse: 502,
  InvalidCredentials: 502,
  PermissionDenied: 403,
  ModelNotFound: 404,
  QuotaExhausted: 429,
  RequestTooLarge: 413,
  ContextLengthExceeded: 400,
  ContentRejected: 400,
  InvalidRequest: 400,
  PayloadTooLarge: 413,
  IdempotencyKeyReused: 422,
  WorkerLost: 502,
};

/**
 * The status that a client sees: the provider's own for a 4xx about the request, ours otherwise. A
 * key of ours that the provider refuses is no mistake of the client's: 502, not 401.
 */
export function clientStatus(type: FailureType, providerStatus: number | undefined): number {
  const own = statusOf[type] ?? 500;
  if (type === 'InvalidCredentials') return own;
  return providerStatus !== undefined && providerStatus >= 400 ? providerStatus : own;
}
