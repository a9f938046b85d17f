import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AttemptErrorFields } from '../../src/failures/attempt-error.ts';
import type { Billing } from '../../src/policies/billing.ts';
import { billingOf } from '../../src/policies/billing.ts';

const by = 'openai';
const usage = { inputTokens: 11, outputTokens: 7 };
/** An answer that says `ServerError`, by its status. */
const answered = (status: number) => ({ type: 'ServerError', by, sent: true, status }) as const;

// biome-ignore format: a table is read by its columns
const rows: readonly (readonly [what: string, fields: AttemptErrorFields, expected: Billing])[] = [
  ['no answer in time', { type: 'Timeout', by, sent: true }, 'possibly billed'],
  ['no connection in time', { type: 'Timeout', by, sent: false }, 'not billed'],
  ['a reset after sending', { type: 'ConnectionFailed', by, sent: true }, 'possibly billed'],
  ['a reset nobody knows more of', { type: 'ConnectionFailed', by, sent: undefined }, 'possibly billed'],
  ['a refused connection', { type: 'ConnectionFailed', by, sent: false }, 'not billed'],
  ['a 200 that is no answer', { type: 'MalformedResponse', by, sent: true, status: 200 }, 'possibly billed'],
  ['a 200 that is no answer, with its tokens', { type: 'MalformedResponse', by, sent: true, status: 200, usage }, 'billed'],
  ['a paid refusal', { type: 'ContentRejected', by, sent: true, status: 200, usage }, 'billed'],
  ['an answer too large, whose tokens nobody counted', { type: 'PayloadTooLarge', by, sent: true, status: 200, usage: { inputTokens: 0, outputTokens: 0 } }, 'billed'],
  ['429', { type: 'RateLimited', by, sent: true, status: 429 }, 'not billed'],
  ['500', answered(500), 'not billed'],
  ['502: the proxy got no whole answer', answered(502), 'possibly billed'],
  ['503', { type: 'Overloaded', by, sent: true, status: 503 }, 'not billed'],
  ['504: the proxy got no answer in time', answered(504), 'possibly billed'],
  ['520: the proxy got an odd answer', answered(520), 'possibly billed'],
  ['521: the proxy was refused', answered(521), 'not billed'],
  ['522: connected, and then nothing', answered(522), 'possibly billed'],
  ['523: the proxy found no way', answered(523), 'not billed'],
  ['524: the proxy got no answer in time', answered(524), 'possibly billed'],
  ['525: no TLS behind the proxy', answered(525), 'not billed'],
];

describe('what a failed attempt may have cost', () => {
  for (const [what, fields, expected] of rows) {
    test(`${what} -> ${expected}`, () => assert.equal(billingOf(fields), expected));
  }
});
