import type { Policies } from '../policies/catalogue.ts';
import type { JsonObject } from './json.ts';
import type { CallReport, Message } from './model-call.ts';

/** The business input of `complete`: what the caller asks. Its fingerprint tells two starts apart. */
export interface CompleteRequest {
  /** `<provider>:<model>`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** JSON Schema that the answer must keep to; without one the answer is text. */
  readonly schema?: JsonObject;
}

/** The whole input of `complete`: the request, and the policies that rule this run. */
export interface CompleteInput {
  readonly request: CompleteRequest;
  readonly policies: Policies;
}

/** What `complete` returns. */
export interface CompleteResult extends CallReport {
  /** The answer: text, or the validated value when a schema was given. */
  readonly value: unknown;
}
