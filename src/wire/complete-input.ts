import type { Policies } from '../policies/catalogue.ts';
import type { CallOptions } from './call-options.ts';
import type { JsonObject } from './json.ts';
import type { Message } from './message.ts';
import type { AnswerExtras, CallReport } from './model-call.ts';

/** The business input of `complete`: what the caller asks. Its fingerprint tells two starts apart. */
export interface CompleteRequest extends CallOptions {
  /** `<provider>:<model>`. */
  readonly model: string;
  readonly messages: readonly Message[];
  /** JSON Schema that the answer must keep to; without one the answer is text. */
  readonly schema?: JsonObject;
}

/** The whole input of `complete`: the request, and the policies that rule this run. */
export interface CompleteInput {
  readonly request: CompleteRequest;
  readonly policies: Pick<Policies, 'model'>;
}

/** What `complete` returns. */
export interface CompleteResult extends CallReport, AnswerExtras {
  /**
   * The answer: text, or the validated value when a schema was given. Text may be empty where the
   * answer is calls of tools, or files.
   */
  readonly value: unknown;
}
