import { type FailureType, isPermanent } from '../../failures/failure-types.ts';
import { parseRetryAfter } from '../../policies/retry-after.ts';
import type { ClassifierRow } from '../provider/families/classifier-row.ts';
import { families } from '../provider/families/families.ts';
import { emptyCodes } from '../provider/families/general-rows.ts';
import type { ProviderFamily } from '../provider/provider-families.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import type { ErrorLayer } from './error-layers.ts';
import { type FoundRow, findRow } from './find-row.ts';
import { type Asked, type Judgement, judgeAnswer } from './judge-answer.ts';

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
  /** From a closed list, or the provider's code. */
  readonly reason?: string;
  readonly retryAfterMs?: number;
  /** The provider forbids a retry of what time may cure. */
  readonly isFinal?: true;
  /** Something in it is in no table: to be logged with its shape. */
  readonly unclassified: boolean;
}

/**
 * Says what an unusable answer means:
 *
 * - An error: what the family's table says of the innermost error that it knows; where it has no row,
 *   a 4xx is permanent and a 5xx transient. The provider's own `x-should-retry` overrules a status.
 * - A 2xx without an error: the refusal that it holds, or `MalformedResponse`.
 *
 * @param nowMs the time that a Retry-After date is compared with.
 * @param asked what the answer was to be; see {@link judgeAnswer}.
 */
export function classifyAnswer(
  family: ProviderFamily,
  answer: HttpAnswer,
  nowMs: number,
  asked?: Asked,
): Classified {
  const body = readErrorBody(answer.body);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (isSuccess && !body.isError) {
    const judgement = judgeAnswer(families[family], answer.body, asked);
    const reason = malformed[body.kind] ?? `not ${families[family].answer}`;
    const isOther = body.kind !== 'json' || judgement.kind === 'answer';
    const failure = isOther ? ({ type: 'MalformedResponse', reason } as const) : judgement.failure;
    return { ...failure, unclassified: false };
  }
  const status = isSuccess ? 200 : answer.status;
  const found = findRow(families[family].rows, body.layers, status);
  const unknown = unknownCodeIn(body, found?.row);
  const type = found?.row.type ?? (status >= 500 ? 'ServerError' : 'InvalidRequest');
  const isByStatus = found?.layer === undefined || found.row.vague === true;
  const overruling = isByStatus ? overruled(type, answer) : undefined;
  const reason = overruling ? 'x-should-retry' : reasonOf(found, unknown, body);
  const retryAfterMs = waitOf(overruling?.type ?? type, answer, body, nowMs);
  return {
    ...(overruling ?? { type }),
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    unclassified: !overruling && (found === undefined || unknown !== undefined),
  };
}

/** The innermost error knows best when to come back; resets of a limit say it for limits only. */
function waitOf(type: FailureType, { headers }: HttpAnswer, body: ErrorBody, nowMs: number) {
  const { layers } = body;
  const isLimit = type === 'RateLimited' || type === 'Overloaded' || type === 'QuotaExhausted';
  return parseRetryAfter(
    {
      headers,
      upstreamHeaders: Object.assign({}, ...layers.map((layer) => layer.headers)),
      retryInfoDelay: layers.find((layer) => layer.retryInfoDelay)?.retryInfoDelay,
      waitMs: layers.find((layer) => layer.waitMs)?.waitMs,
      message: layers.map(({ message }) => message).join('\n'),
      readsResets: isLimit,
    },
    nowMs,
  );
}

/** Whether an answer that the AI SDK accepts is none: a refusal, or an error with status 200. */
export function isUnusable(body: string, judgement: Judgement): boolean {
  return readErrorBody(body).isError || judgement.kind === 'none';
}

const malformed: Readonly<Partial<Record<ErrorBody['kind'], string>>> = {
  empty: 'empty body',
  html: 'HTML instead of JSON',
  text: 'not JSON',
  stream: 'a stream instead of JSON',
};

/** Names what decided: a code of the table, else the provider's own code, else the row's words. */
function reasonOf(found: FoundRow | undefined, unknown: string | undefined, body: ErrorBody) {
  const { row, layer } = found ?? {};
  const code = layer?.codes.find((candidate) => row?.codes?.includes(candidate));
  const isExact = layer !== undefined && row?.vague !== true;
  if (isExact) return code ?? codeOfType(row?.type, layer) ?? row?.reason;
  const codes = body.layers.flatMap((each) => each.codes);
  const known = codes.find((candidate) => knownCodes.has(candidate));
  return unknown ?? code ?? row?.reason ?? known;
}

/** A row may have known the sentence, while the code beside it says the same in fewer letters. */
function codeOfType(type: FailureType | undefined, { codes }: ErrorLayer): string | undefined {
  return codes.find((code) => type !== undefined && knownCodes.get(code)?.has(type));
}

function unknownCodeIn({ layers }: ErrorBody, row?: ClassifierRow): string | undefined {
  const codes = layers.flatMap((layer) => layer.codes);
  return codes.find((code) => isUnknownCode(code) && !row?.codes?.includes(code));
}

/** The provider's own word on retrying counts for more than a status, but not than a code we know. */
function overruled(type: FailureType, { status, headers }: HttpAnswer): Overruled | undefined {
  const word = headers['x-should-retry'];
  const isRetried = !isPermanent(type);
  if (word === 'false' && isRetried) return { type, isFinal: true };
  if (word !== 'true' || isRetried) return undefined;
  return { type: status === 429 ? 'RateLimited' : 'ServerError' };
}

type Overruled = Pick<Classified, 'type' | 'isFinal'>;

/** Every code of the tables that says enough alone, with the types of the rows that know it exactly. */
const knownCodes: ReadonlyMap<string, ReadonlySet<FailureType>> = (() => {
  const types = new Map<string, Set<FailureType>>();
  const rows = Object.values(families).flatMap((family) => family.rows);
  for (const { type, codes = [], vague } of rows.filter(({ message }) => message === undefined)) {
    for (const code of codes) {
      const known = types.get(code) ?? new Set();
      types.set(code, vague ? known : known.add(type));
    }
  }
  return types;
})();

/** A code that no table has, and that can be shown: never a text, and nothing like a key. */
function isUnknownCode(code: string): boolean {
  return (
    /^[\w.-]{1,64}$/.test(code) &&
    !/^(sk|pk|gsk|xai|hf|key|AIza)[-_\w]*[-_]|^AIza|^[\da-f-]{32,}$/i.test(code) &&
    !knownCodes.has(code) &&
    !emptyCodes.has(code)
  );
}
