import type { FailureType } from '../../../../src/failures/failure-types.ts';
import type { Reply } from '../../literal-server.ts';

/**
 * Sources of the rows that no provider documents, because they hold whoever answers: sentences of
 * `docs/failures.md`.
 */
export const rules = {
  late: 'rule: no answer in time; it may have been billed',
  notTheProtocol: 'rule: the answer is not the protocol',
  tooLarge: 'rule: a payload exceeds what Temporal carries',
  refused: 'rule: a content filter or the model refused',
  hidden: 'rule: a 400 one of credentials, a 200 an error',
  money: 'rule: Money, days and months are `QuotaExhausted` under any status',
  innermost: 'rule: The innermost error that the table knows decides',
  everyLanguage: 'rule: they are the same in every language',
  fields: 'rule: fields of the body (`retry_after`, `estimated_time`)',
  inWords: 'rule: the message ("try again in 1.3s", "wait 5 seconds", also in other languages)',
  usedUp: 'rule: the reset of the limit that is used up',
  unseen: 'rule: What no row knows is permanent as 4xx and transient as 5xx',
} as const;

/** An answer of a provider, and what it means. */
export interface Row {
  /** Begins with the status, where there is one. */
  readonly answer: string;
  readonly reply: Reply;
  readonly type: FailureType;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** Where the answer's name does not begin with it. */
  readonly status?: number;
  readonly unclassified?: true;
  /** The provider forbids a retry. */
  readonly isFinal?: true;
  readonly providerRequestId?: string;
  /** The answer was whole and paid for: 11 tokens in, 7 out, or as given. */
  readonly paid?: true | { readonly inputTokens: number; readonly outputTokens: number };
  /** The public page, source file or issue that the answer was found in; or the rule it tests. */
  readonly source: `https://${string}` | (typeof rules)[keyof typeof rules];
}

/** OpenAI's error object, with what a row changes. */
export const error = (fields: object) => ({
  error: { message: '', type: null, param: null, code: null, ...fields },
});

/** A page of a proxy in between. */
export const html = '<html><head><title>Error</title></head><body>nginx</body></html>';
export const asHtml = { 'content-type': 'text/html' };

/** A body as server-sent events. */
export const events = (...data: object[]) =>
  data.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join('');
