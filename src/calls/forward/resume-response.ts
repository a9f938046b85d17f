import type { ForwardedRequest } from '../../wire/forwarded.ts';
import type { Exchange } from '../provider/exchange.ts';
import { asFields, asText, parseJson } from '../provider/families/read-json.ts';
import type { StreamSoFar } from './stream-reader.ts';

/** Where a response can be fetched, and the last event of its stream that has come whole. */
export interface ResumePoint {
  readonly responseId: string;
  readonly sequenceNumber?: number | undefined;
}

/** The request that fetches what a response has become, or the rest of its stream. */
export function fetching(
  request: ForwardedRequest,
  { responseId, sequenceNumber }: ResumePoint,
): Pick<ForwardedRequest, 'api' | 'path' | 'method'> {
  const after = sequenceNumber === undefined ? '' : `&starting_after=${sequenceNumber}`;
  const query = request.isStream ? `?stream=true${after}` : '';
  const path = `/responses/${encodeURIComponent(responseId)}${query}`;
  return { api: request.api, method: 'GET', path };
}

/**
 * Where a response goes on after an attempt that failed. It does not where the provider says itself that
 * it has failed, or that it does not know it.
 */
export function resumeAfter(
  { status, failure, oversized }: Exchange,
  soFar: StreamSoFar | undefined,
  before: ResumePoint | undefined,
): ResumePoint | undefined {
  const responseId = soFar?.responseId ?? before?.responseId;
  if (responseId === undefined || oversized || soFar?.error) return undefined;
  const isBroken = failure !== undefined || soFar !== undefined;
  const isRefused = status !== undefined && status >= 400 && status !== 404;
  if (!isBroken && !isRefused) return undefined;
  return { responseId, sequenceNumber: soFar?.sequenceNumber ?? before?.sequenceNumber };
}

/** The id of a response that has not ended; nothing where the body is the answer. */
export function pendingIn(body: Uint8Array): string | undefined {
  const { id, status } = asFields(parseJson(Buffer.from(body).toString('utf8')));
  const isPending = status === 'queued' || status === 'in_progress';
  return isPending && asText(id) !== '' ? asText(id) : undefined;
}
