import { z } from 'zod';
import type { NativeKeyEffect } from '../../once/effect.ts';
import type { HttpRow } from '../http/classify-http.ts';
import { httpEffect } from '../http/http-effect.ts';
import type { Endpoint } from '../target-fetch.ts';
import { findEmail, keyTag, markedEmails } from './find-email.ts';

/** An email to one recipient. The recipient comes from the caller, never from a model. */
export interface SendEmailInput {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
}

/** What {@link createSendEmail} needs. */
export interface SendEmailDependencies extends Endpoint {
  /** `re_...`; the look-up after the key window needs one with full access. */
  readonly apiKey: string;
  /** `Acme <orders@acme.example>`: of a domain that Resend has verified. */
  readonly from: string;
}

/** Resend knows a key for 24 h (https://resend.com/docs/dashboard/emails/idempotency-keys); an hour is margin. */
const keyWindowMs = 23 * 60 * 60 * 1000;

/** What Resend's error names mean (https://resend.com/docs/api-reference/errors). */
const rows: readonly HttpRow[] = [
  [({ code }) => code === 'invalid_api_key', 'nothing happened', 'InvalidCredentials'],
  [({ code }) => code === 'invalid_idempotent_request', 'look up', 'IdempotencyKeyReused'],
  [({ code }) => /^(daily|monthly)_quota/.test(code ?? ''), 'nothing happened', 'QuotaExhausted'],
];

/**
 * Sends an email through Resend, once under the idempotency key; after the key's window it is
 * looked for among the emails sent, by a tag. The result is Resend's id: it was accepted, no more.
 *
 * Not through Resend's SDK: it takes no `fetch`, and makes one error of all connection failures, so
 * that a request that was never sent could not be told from one whose answer was lost.
 */
export function createSendEmail(
  dependencies: SendEmailDependencies,
): NativeKeyEffect<SendEmailInput, { readonly emailId: string }> {
  const { apiKey, from, baseUrl = 'https://api.resend.com', allowPrivate = false } = dependencies;
  return httpEffect({
    ...{ name: 'email', target: 'resend', baseUrl, allowPrivate, keyWindowMs, rows },
    headers: { authorization: `Bearer ${apiKey}` },
    input: z.object({
      to: z.email(),
      subject: z.string().min(1).max(998),
      text: z.string().min(1),
      html: z.string().min(1).exactOptional(),
    }),
    result: z.object({ emailId: z.string() }),
    read: ({ id }: { id?: unknown }) => ({ emailId: id }),
    // Its words may change with a deploy; an email to another address is another email.
    identity: ({ to }) => ({ to: to.toLowerCase() }),
    request: ({ to, ...words }, key) => ({
      path: '/emails',
      body: { from, to: [to], ...words, tags: [keyTag(key)] },
    }),
    lookUp: findEmail,
    findMarked: markedEmails,
  });
}
