import { dataOf, eventsOf } from '../../calls/forward/stream-events.ts';
import { asFields, asText, parseJson } from '../../calls/provider/families/read-json.ts';

/** Responses of ours are told by what their ids begin with: a request's own id follows. */
const prefix = 'resp_hf';
const requestPrefix = 'fwd-';

/** The id of a response, as the client knows it, by the request's. */
export function responseIdOf(requestId: string): string {
  return `${prefix}${requestId.slice(requestPrefix.length)}`;
}

/** The request of a response, where it is one of ours. */
export function requestIdOf(responseId: string): string | undefined {
  if (!responseId.startsWith(prefix)) return undefined;
  return `${requestPrefix}${responseId.slice(prefix.length)}`;
}

/** The id that the provider gave a response, by its body or the events that have come of it. */
export function providersIdIn(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  const whole = asText(asFields(parseJson(text)).id);
  if (whole !== '') return whole;
  for (const event of eventsOf(text)) {
    const id = asText(asFields(asFields(dataOf(event)).response).id);
    if (id !== '') return id;
  }
  return undefined;
}

/**
 * The bytes with the client's id in the place of the provider's. Only whole JSON strings are replaced:
 * a text that quotes the id has its quotation marks escaped.
 */
export function withOwnId(bytes: Uint8Array, theirs: string | undefined, ours: string): Uint8Array {
  if (theirs === undefined) return bytes;
  const [from, to] = [JSON.stringify(theirs), JSON.stringify(ours)];
  return Buffer.from(Buffer.from(bytes).toString('utf8').replaceAll(from, to));
}
