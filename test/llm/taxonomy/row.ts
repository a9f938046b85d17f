import type { FailureType } from '../../../src/failures/failure-types.ts';
import type { Reply } from '../literal-server.ts';

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
  readonly providerRequestId?: string;
  /** The answer was whole and paid for: 11 tokens in, 7 out, or as given. */
  readonly paid?: true | { readonly inputTokens: number; readonly outputTokens: number };
  /**
   * Where the answer was found: a public page, or an issue as `owner/repo#number`. `observed` is what
   * the test itself produces on a real connection, whoever the provider is; `unverified` is honest.
   */
  readonly source: string;
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
