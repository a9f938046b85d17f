import { lastResponseIn } from '../../calls/forward/stream-events.ts';
import { asFields, asText, parseJson } from '../../calls/provider/families/read-json.ts';
import type { ForwardedAnswer, ForwardFailure } from '../../wire/forwarded.ts';
import { toldError } from '../answer/recorded-answer.ts';
import { providersIdIn, responseIdOf, withOwnId } from '../store/response-id.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What is told with the JSON of a response. */
export const jsonHead: ForwardedAnswer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
};

/** What a response is made from while, or where, the provider has not made one. */
export type ShownRequest = Pick<
  StoredRequest,
  'id' | 'request' | 'body' | 'state' | 'created_at_ms' | 'failure' | 'answer_body'
>;

/** The JSON of a background call as it stands: the provider's own once it is answered. */
export function responseObject(row: ShownRequest, isNew = false): Uint8Array {
  const ours = responseIdOf(row.id);
  if (row.state === 'answered' && row.answer_body) {
    const body = row.request.isStream ? lastResponseIn(row.answer_body) : row.answer_body;
    return withOwnId(body, providersIdIn(body), ours);
  }
  const { failure } = row;
  const sent = asFields(parseJson(Buffer.from(row.body).toString('utf8')));
  return Buffer.from(
    JSON.stringify({
      ...{ id: ours, object: 'response', created_at: Math.floor(Number(row.created_at_ms) / 1000) },
      ...{ status: statusOf(row, isNew), background: true, model: asText(sent.model) },
      ...{ output: [], usage: null, incomplete_details: null, metadata: sent.metadata ?? {} },
      error: row.state === 'failed' && failure ? errorOf(failure, row.answer_body) : null,
    }),
  );
}

function errorOf(failure: ForwardFailure, body: Uint8Array | null) {
  const { type, message } = toldError(failure, body);
  return { code: type, message };
}

function statusOf({ state }: ShownRequest, isNew: boolean): string {
  if (state === 'failed' || state === 'cancelled') return state;
  return isNew ? 'queued' : 'in_progress';
}
