import type { DatedRow, RowFilter } from '../effects/once/ledger.ts';
import { describeAttemptError } from '../failures/attempt-error.ts';
import { createFailure } from '../failures/create-failure.ts';
import { keyPrefix, parseIdempotencyKey, splitGeneration } from '../wire/idempotency-key.ts';
import type { EffectDetails, EffectFilter, EffectView } from '../wire/ledger-operations.ts';
import { payloadBytes } from '../wire/payload-limit.ts';
import { present } from '../wire/present.ts';

const defaultPageSize = 100;
const largestPageSize = 500;

/** A row as persons see it: nothing of what customers wrote, no payment method. */
export function viewOf(row: DatedRow): EffectView {
  const { key, state, failure } = row;
  return {
    key,
    effect: parseIdempotencyKey(key)?.effect ?? row.effect,
    generation: splitGeneration(key).generation,
    state,
    inDoubt: row.inDoubt,
    ...(state === 'started' && row.leaseLeftMs <= 0 && { isLapsed: true }),
    createdAt: utc(row.createdAtMs),
    updatedAt: utc(row.updatedAtMs),
    ...(failure && { failure: describeAttemptError(failure) }),
  };
}

/** One row in full, but for the request itself. */
export function detailsOf(row: DatedRow): EffectDetails {
  return {
    ...viewOf(row),
    workflowId: parseIdempotencyKey(row.key)?.workflowId ?? '',
    fingerprint: row.fingerprint,
    firstSentAt: utc(row.firstSentAtMs),
    claimedAt: utc(row.claimedAtMs),
    ...(row.state === 'started' && { leaseLeftMs: row.leaseLeftMs }),
    ...(row.apiVersion !== undefined && { apiVersion: row.apiVersion }),
    requestBytes: payloadBytes(JSON.parse(row.request)),
    ...resultOf(row),
  };
}

/** All generations of a key are shown in one payload. */
const largestShownResult = 64 * 1024;

function resultOf({ result }: DatedRow): Pick<EffectDetails, 'result' | 'resultBytes'> {
  if (result === undefined) return {};
  if (result.length <= largestShownResult) return { result: JSON.parse(result) };
  return { resultBytes: Buffer.byteLength(result) };
}

/**
 * A person's filter, for the ledger. Only this worker's scope is shown.
 *
 * @throws ApplicationFailure `InvalidRequest` for a cursor that it cannot read.
 */
export function filterFrom(filter: EffectFilter, scope: string): Omit<RowFilter, 'limit'> {
  const { state, workflowId, effect, olderThanMs, youngerThanMs } = filter;
  const after = cursorFrom(filter.after);
  return {
    keyPrefix: keyPrefix(scope, workflowId),
    // Who asks what is not known wants those too that no worker is at, whose workflow may be gone.
    ...(state && { states: [state], orLapsed: state === 'unknown' }),
    ...present({ effect, changedBeforeMs: olderThanMs, changedAfterMs: youngerThanMs, after }),
  };
}

/** Rows of a page; each has some hundred bytes, and a page must fit a payload. */
export function pageSizeOf({ limit = defaultPageSize }: EffectFilter): number {
  return Math.min(Math.max(1, Math.trunc(limit)), largestPageSize);
}

/** The ledger's order, for rows of several lists. */
export function newestFirst(one: DatedRow, other: DatedRow): number {
  if (one.updatedAtMs !== other.updatedAtMs) return other.updatedAtMs - one.updatedAtMs;
  return one.key < other.key ? -1 : 1;
}

/** Where a page ended. With its version: one of another form would go on at another place. */
export function cursorOf({ updatedAtMs, key }: Pick<DatedRow, 'updatedAtMs' | 'key'>): string {
  return `v2/${updatedAtMs}/${key}`;
}

function cursorFrom(cursor: string | undefined): RowFilter['after'] {
  if (cursor === undefined) return undefined;
  const [, updatedAtMs, key] = /^v2\/(\d+)\/(.+)$/.exec(cursor) ?? [];
  if (key !== undefined) return { updatedAtMs: Number(updatedAtMs), key };
  throw createFailure('InvalidRequest', 'this worker has no such cursor: begin at the first page');
}

function utc(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
