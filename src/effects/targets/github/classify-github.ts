import type { RequestError } from '@octokit/request-error';
import { AttemptError } from '../../../failures/attempt-error.ts';
import type { FailureType } from '../../../failures/failure-types.ts';
import { parseRetryAfter } from '../../../policies/retry-after.ts';
import {
  type ClassifiedEffect,
  EffectError,
  effectErrorFrom,
  type WhatHappened,
} from '../../once/effect-error.ts';

/**
 * What GitHub's statuses mean; the first row that fits rules
 * (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api).
 */
const rows: readonly (readonly [(status: number) => boolean, WhatHappened, FailureType])[] = [
  [(status) => status === 401, 'nothing happened', 'InvalidCredentials'],
  [(status) => status === 429, 'nothing happened', 'RateLimited'],
  [(status) => status === 403, 'nothing happened', 'PermissionDenied'],
  // Also what GitHub says of a repository that the token may not see.
  [(status) => status === 404, 'nothing happened', 'PermissionDenied'],
  [(status) => status === 408, 'in doubt', 'Timeout'],
  [(status) => status === 503, 'in doubt', 'Overloaded'],
  [(status) => status >= 500, 'in doubt', 'ServerError'],
  [(status) => status >= 400, 'refused', 'EffectRefused'],
];

/** A failed request to GitHub, for the effect: of a write without an answer it is in doubt. */
export function githubError(error: unknown, request: 'read' | 'write', nowMs: number): EffectError {
  if (error instanceof EffectError) return error;
  const { state, fields } = classify(error, nowMs);
  if (request === 'write') return new EffectError(state, fields, { cause: error });
  // A question that GitHub does not accept is our mistake, and says nothing about the ticket.
  const type = fields.type === 'EffectRefused' ? 'InvalidRequest' : fields.type;
  return new EffectError('nothing happened', { ...fields, type }, { cause: error });
}

function classify(error: unknown, nowMs: number): ClassifiedEffect {
  const cause = error instanceof Error ? error.cause : undefined;
  // Octokit wraps what our fetch threw in a made-up 500.
  if (cause instanceof AttemptError) return effectErrorFrom('github', cause);
  if (!isRequestError(error) || error.response === undefined) {
    return effectErrorFrom('github', error);
  }
  const headers = plainHeaders(error.response.headers);
  const retryAfterMs = retryAfter(headers, nowMs) ?? secondaryLimitMs(error);
  const row = rows.find(([fits]) => fits(error.status));
  const limited = error.status === 403 && retryAfterMs !== undefined;
  return {
    state: row?.[1] ?? 'in doubt',
    fields: {
      type: limited ? 'RateLimited' : (row?.[2] ?? 'ServerError'),
      by: 'github',
      status: error.status,
      providerRequestId: headers['x-github-request-id'],
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      sent: true,
    },
  };
}

/** By its name: its class is in a package that is there only where Octokit is. */
function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && error.name === 'HttpError';
}

/** GitHub's limits come as 403 too, with Retry-After or with nothing remaining until a reset. */
function retryAfter(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const asked = parseRetryAfter({ headers }, nowMs);
  if (asked !== undefined || headers['x-ratelimit-remaining'] !== '0') return asked;
  const serverNowMs = Date.parse(headers.date ?? '');
  const resetMs = Number(headers['x-ratelimit-reset']) * 1000;
  const waitMs = resetMs - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs);
  return Number.isFinite(waitMs) ? Math.max(1000, waitMs) : undefined;
}

/** A secondary limit may come without any header; GitHub then asks for a minute at least. */
function secondaryLimitMs({ status, response }: RequestError): number | undefined {
  if (status === 429) return 60_000;
  const body = JSON.stringify(response?.data ?? null);
  return status === 403 && /secondary[ -]rate[ -]limit|abuse detection/i.test(body)
    ? 60_000
    : undefined;
}

function plainHeaders(headers: object): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value === undefined ? value : `${value}`,
    ]),
  );
}
