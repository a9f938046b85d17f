import { type FailureType, isPermanent } from '../../failures/failure-types.ts';
import { parseRetryAfter } from '../../policies/retry-after.ts';
import type { ProviderFamily } from '../provider/provider-families.ts';
import type { ClassifierRow } from './classifier-row.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import { families, knownCodes } from './families.ts';
import { asFields, parseJson } from './read-json.ts';
import type { Refusal } from './read-refusal.ts';

/** An answer over HTTP that is not what was asked for. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What an answer means. */
export interface Classified {
  readonly type: FailureType;
  /** From a closed list. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** No row of the table knew it: status alone decided. To be logged with its shape. */
  readonly unclassified: boolean;
}

/**
 * Says what an unusable answer means:
 *
 * - An error: what the family's table says; where it has no row, a 4xx is permanent and a 5xx
 *   transient. The provider's own `x-should-retry` overrules that.
 * - A 2xx without an error: the refusal that it holds, or `MalformedResponse`.
 *
 * @param nowMs the time that a Retry-After date is compared with.
 */
export function classifyAnswer(
  family: ProviderFamily,
  answer: HttpAnswer,
  nowMs: number,
): Classified {
  const body = readErrorBody(answer.body);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && !body.isError) {
    const reason = malformed[body.kind] ?? `not ${families[family].answer}`;
    const refusal = findRefusal(family, answer.body);
    return { ...(refusal ?? { type: 'MalformedResponse', reason }), unclassified: false };
  }
  const rows = families[family].rows;
  const found = overruled(byTable(rows, isSuccess ? 200 : answer.status, body), answer);
  const retryAfterMs = parseRetryAfter(
    { headers: answer.headers, retryInfoDelay: body.retryInfoDelay, message: body.message },
    nowMs,
  );
  return { ...found, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Whether an answer that the AI SDK accepts is none: a refusal, or an error with status 200. */
export function isUnusable(family: ProviderFamily, body: string): boolean {
  return readErrorBody(body).isError || findRefusal(family, body) !== undefined;
}

function findRefusal(family: ProviderFamily, body: string): Refusal | undefined {
  const parsed = parseJson(body);
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? families[family].readRefusal(asFields(parsed)) : undefined;
}

const malformed: Readonly<Partial<Record<ErrorBody['kind'], string>>> = {
  empty: 'empty body',
  html: 'HTML instead of JSON',
  text: 'not JSON',
  stream: 'a stream instead of JSON',
};

function byTable(rows: readonly ClassifierRow[], status: number, body: ErrorBody): Classified {
  const effective = status === 200 ? (body.numericCode ?? 200) : status;
  const row = rows.find((candidate) => matches(candidate, effective, body));
  const code = body.codes.find((candidate) => row?.codes?.includes(candidate));
  const reason = code ?? row?.reason ?? body.codes.find((candidate) => knownCodes.has(candidate));
  return {
    type: row?.type ?? (effective >= 500 ? 'ServerError' : 'InvalidRequest'),
    ...(reason !== undefined && { reason }),
    unclassified: row === undefined,
  };
}

function matches(row: ClassifierRow, status: number, body: ErrorBody): boolean {
  const { codes } = row;
  return (
    (row.status === undefined || row.status.includes(status)) &&
    (codes === undefined || body.codes.some((code) => codes.includes(code))) &&
    (row.param === undefined || row.param.test(body.param)) &&
    (row.message === undefined || row.message.test(body.message)) &&
    (row.quota === undefined || body.quotaIds.some((id) => row.quota?.test(id))) &&
    (row.exceedsLimit === undefined || exceedsLimit(body.message))
  );
}

/** "Limit 30000, Requested 41011": no wait makes room for more than the limit itself. */
function exceedsLimit(message: string): boolean {
  const numbers = /\blimit:? ([\d,]+)\b.*\brequested:? ([\d,]+)\b/is.exec(message);
  if (!numbers) return false;
  const [limit, requested] = numbers.slice(1).map((text) => Number(text.replaceAll(',', '')));
  return limit !== undefined && requested !== undefined && requested > limit;
}

function overruled(found: Classified, { status, headers }: HttpAnswer): Classified {
  const isRetried = !isPermanent(found.type);
  if (headers['x-should-retry'] !== String(!isRetried)) return found;
  const [limited, other] = isRetried
    ? (['QuotaExhausted', 'InvalidRequest'] as const)
    : (['RateLimited', 'ServerError'] as const);
  const type = status === 429 ? limited : other;
  return { type, reason: 'x-should-retry', unclassified: false };
}
