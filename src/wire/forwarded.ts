import type { FailureType } from '../failures/failure-types.ts';
import type { Usage } from '../policies/call-costs.ts';

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
  /** The most tokens that the client lets the model write, where it says so. */
  readonly maximumOutputTokens?: number;
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
  /** Whether the provider's own error answer is kept as the answer's body. */
  readonly hasAnswer: boolean;
}
