import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../../../wire/json.ts';
import type { EffectContext, FindMarked, MarkedItem } from '../../once/effect.ts';
import { EffectError } from '../../once/effect-error.ts';
import type { HttpTarget } from '../http/http-target.ts';

const tagName = 'holdfast_key';

/** The tag by which an email is found again. Tags hold ASCII letters, digits, `_` and `-` only. */
export function keyTag(key: string): { readonly name: string; readonly value: string } {
  return { name: tagName, value: createHash('sha256').update(key).digest('hex') };
}

const listSchema = z.object({
  has_more: z.boolean(),
  data: z.array(
    z.object({
      id: z.string(),
      to: z.array(z.string()),
      subject: z.string(),
      created_at: z.string(),
    }),
  ),
});
const emailSchema = z.object({
  id: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  last_event: z.string().default('sent'),
});
const requestSchema = z.object({
  body: z.object({ to: z.array(z.string()), subject: z.string() }),
});

type Listed = z.infer<typeof listSchema>['data'][number];

/** By Resend's own clock; its seconds are all that has to be allowed for. */
const sameClockMarginMs = 10 * 60 * 1000;
/** Where Resend does not tell its time: our database's clock may be wrong by hours. */
const clockMarginMs = 24 * 60 * 60 * 1000;
/** 10,000 emails. An account that sent more since would take longer than an attempt has. */
const maximumPages = 100;

/**
 * Looks for an email among those sent since the first attempt. The list is newest first and without
 * tags (https://resend.com/docs/api-reference/emails/list-emails), so that the ones with our
 * recipient and subject are retrieved one by one; the tag with the key decides.
 *
 * @throws EffectError `in doubt` when the answer is no list, `unknown` when it is too long.
 */
export async function findEmail(
  context: EffectContext<unknown>,
  target: HttpTarget,
): Promise<{ emailId: string } | undefined> {
  const wanted = keyTag(context.key).value;
  const sinceMs = (targetNowMs: number) =>
    Number.isNaN(targetNowMs)
      ? context.firstSentAtMs - clockMarginMs
      : targetNowMs - context.ageMs() - sameClockMarginMs;
  const query = { ...context, sinceMs };
  for await (const { mark, id } of marked(query, target)) {
    if (mark === wanted) return { emailId: id };
  }
  return undefined;
}

/** The emails that bear a key of ours, among those that look like the one of a request. */
export function markedEmails(target: HttpTarget): FindMarked {
  return {
    markOf: (key) => keyTag(key).value,
    idOf: (result) => z.object({ emailId: z.string() }).safeParse(result).data?.emailId,
    async *list({ sinceMs, request, signal }) {
      // All of them would be a request for each email that the account has sent.
      if (request === undefined) throw notWhole('its list does not show tags');
      const query = { sinceMs: () => sinceMs, request, signal };
      for await (const item of marked(query, target)) yield [item];
    },
  };
}

interface EmailQuery {
  /** From when on, where the target's clock says that. */
  readonly sinceMs: (targetNowMs: number) => number;
  /** As stored at the claim. */
  readonly request: Json;
  readonly signal: AbortSignal;
  readonly heartbeat?: () => void;
}

async function* marked(query: EmailQuery, target: HttpTarget): AsyncGenerator<MarkedItem> {
  const { to, subject } = requestSchema.parse(query.request).body;
  const recipients = (list: readonly string[]) => list.join().toLowerCase();
  for await (const email of sentSince(query, target)) {
    if (email.subject !== subject || recipients(email.to) !== recipients(to)) continue;
    const answer = await target({ path: `/emails/${encodeURIComponent(email.id)}` }, query);
    const { id, tags, last_event } = whole(emailSchema, answer.body);
    const mark = tags.find(({ name }) => name === tagName)?.value;
    const isOver = last_event === 'canceled' || last_event === 'failed';
    if (mark !== undefined) yield { mark, id, state: last_event, done: !isOver };
  }
}

async function* sentSince(query: EmailQuery, target: HttpTarget): AsyncGenerator<Listed> {
  let after = '';
  let sinceMs: number | undefined;
  for (let page = 1; page <= maximumPages; page += 1) {
    const answer = await target({ path: `/emails?limit=100${after}` }, query);
    const { data, has_more } = whole(listSchema, answer.body);
    sinceMs ??= query.sinceMs(Date.parse(answer.headers.date ?? ''));
    for (const email of data) {
      // A time that cannot be read is taken for a late one.
      if (Date.parse(email.created_at) < sinceMs) return;
      yield email;
    }
    const last = data.at(-1);
    if (!has_more || last === undefined) return;
    after = `&after=${encodeURIComponent(last.id)}`;
    query.heartbeat?.();
  }
  throw new EffectError('unknown', {
    ...{ type: 'EffectUnknown', by: 'resend', reason: 'too many emails to look through' },
  });
}

/** Anything that is not a whole list is a failure: what is overlooked would count as not sent. */
function whole<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notWhole('not a list of emails');
}

function notWhole(reason: string): EffectError {
  return new EffectError('in doubt', { type: 'MalformedResponse', by: 'resend', reason });
}
