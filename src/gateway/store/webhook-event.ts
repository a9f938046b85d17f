import { lastResponseIn } from '../../calls/forward/stream-events.ts';
import { asFields, asText, parseJson } from '../../calls/provider/families/read-json.ts';
import type { WebhookEvent } from '../../wire/forwarded.ts';
import { responseIdOf } from './response-id.ts';
import type { StoredRequest } from './stored-request.ts';

/** What a webhook is told of a background call that has ended; nothing while it has not. */
export function webhookEventOf(row: StoredRequest): WebhookEvent | undefined {
  if (row.ended_at_ms === null) return undefined;
  const responseId = responseIdOf(row.id);
  return {
    keyId: row.api_key,
    // Of the call: the same however often it is sent.
    id: responseId.replace('resp_', 'evt_'),
    type: `response.${endOf(row)}`,
    responseId,
    createdAtSeconds: Math.floor(Number(row.ended_at_ms) / 1000),
  };
}

function endOf({ state, answer_body: body, request }: StoredRequest): string {
  if (state !== 'answered' || !body) return state;
  const response = request.isStream ? lastResponseIn(body) : body;
  const fields = asFields(parseJson(Buffer.from(response).toString('utf8')));
  return asText(fields.status) === 'incomplete' ? 'incomplete' : 'completed';
}
