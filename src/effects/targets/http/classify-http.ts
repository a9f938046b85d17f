import { parseRetryAfter } from '../../../policies/retry-after.ts';
import { effectErrorFrom, reasonFrom } from '../../once/effect-error.ts';
import { byTable, type ClassifiedRequest, type TargetRow } from '../send-or-look-up.ts';
import { type HttpAnswer, UnwelcomeAnswer } from './http-target.ts';

/** What decides: the status, the error code found in the body, and what the body speaks of. */
export interface HttpCase {
  readonly status: number;
  readonly code: string | undefined;
  /** The error names idempotency: its type, title, code or message does. */
  readonly aboutKey: boolean;
  /** An earlier attempt may have done it already. */
  readonly inDoubt: boolean;
}

/** A row of the table of a target that speaks HTTP. */
export type HttpRow = TargetRow<HttpCase>;

/** What statuses mean where nothing else is known (RFC 9110, RFC 6585, RFC 8470). */
export const statusRows: readonly HttpRow[] = [
  [({ status }) => status === 401, 'nothing happened', 'InvalidCredentials'],
  [({ status }) => status === 403, 'nothing happened', 'PermissionDenied'],
  [({ status }) => status === 408, 'in doubt', 'Timeout'],
  // Too early: the server will not process what may be a replay.
  [({ status }) => status === 425, 'nothing happened', 'Overloaded'],
  [({ status }) => status === 429, 'nothing happened', 'RateLimited'],
  [({ status }) => status === 503, 'in doubt', 'Overloaded'],
  [({ status }) => status >= 500, 'in doubt', 'ServerError'],
  [() => true, 'refused', 'EffectRefused'],
];

/**
 * What the draft adds for targets that take `Idempotency-Key`
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, section 2.7): 400
 * when the key is missing or not acceptable, 409 while the first request is under way, 422 when the
 * key came with another payload. Since 400 and 422 are also what validation says, the body has to
 * speak of the key; but a 422 for a request that may have been sent before counts as if it did.
 */
export const keyRows: readonly HttpRow[] = [
  [({ status, aboutKey }) => status === 400 && aboutKey, 'nothing happened', 'InvalidRequest'],
  [({ status }) => status === 409, 'in doubt', 'EffectInProgress'],
  [
    ({ status, aboutKey, inDoubt }) => status === 422 && (aboutKey || inDoubt),
    'look up',
    'IdempotencyKeyReused',
  ],
];

/** A failed request, as what it means for the effect. */
export function classifyHttp(
  error: unknown,
  rows: readonly HttpRow[],
  context: { readonly target: string; readonly inDoubt: boolean; readonly nowMs: number },
): ClassifiedRequest {
  if (!(error instanceof UnwelcomeAnswer)) {
    const { state, fields } = effectErrorFrom(context.target, error);
    return { verdict: state, fields };
  }
  const { answer } = error;
  const code = codeIn(answer.body);
  const found = { status: answer.status, code, aboutKey: speaksOfKey(answer) };
  return byTable(
    rows,
    { ...found, inDoubt: context.inDoubt },
    {
      by: context.target,
      reason: reasonFrom(code),
      providerRequestId: answer.requestId,
      retryAfterMs: parseRetryAfter({ headers: answer.headers }, context.nowMs),
    },
  );
}

/** The places where APIs put a code: `code`, `name`, `error.code`, `error.type`, `error`, `type`. */
function codeIn(body: unknown): string | undefined {
  const top = fieldsOf(body);
  const inner = fieldsOf(top.error);
  const places = [top.code, top.name, inner.code, inner.type, top.error, top.type];
  return places.find((place) => reasonFrom(place) !== undefined) as string | undefined;
}

/** `idempotency`, as problem types, titles, codes and messages write it. Read, never shown. */
function speaksOfKey({ body }: HttpAnswer): boolean {
  return /idempot/i.test(JSON.stringify(body ?? null));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
