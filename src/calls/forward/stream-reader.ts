import { createParser } from 'eventsource-parser';
import type { Usage } from '../../policies/call-costs.ts';
import { asFields, type Fields, parseJson } from '../provider/families/read-json.ts';
import type { AnswerReader } from './answer-reader.ts';

/** What is known of a stream so far. */
export interface StreamSoFar {
  readonly hasContent: boolean;
  readonly hasEnd: boolean;
  readonly usage: Usage | undefined;
  readonly responseId: string | undefined;
  readonly sequenceNumber: number | undefined;
  readonly error: Fields | undefined;
}

/** An event longer than this is read no further: what it says of content and end is lost, not its bytes. */
const maximumEventCharacters = 4 * 1024 * 1024;

/**
 * Reads a stream of server-sent events beside its way to the client: whether content has begun, how
 * the stream ended, what it used. Bytes may be cut anywhere, also within a character.
 */
export function createStreamReader(reader: AnswerReader) {
  let soFar: StreamSoFar = {
    hasContent: false,
    hasEnd: false,
    usage: undefined,
    responseId: undefined,
    sequenceNumber: undefined,
    error: undefined,
  };
  const decoder = new TextDecoder();
  let waiting = 0;
  const parser = createParser({
    onEvent({ data }) {
      waiting = 0;
      if (data === '[DONE]') return;
      const parsed = parseJson(data);
      // Content of an unknown form is content.
      if (parsed === undefined) soFar = { ...soFar, hasContent: true };
      else soFar = added(soFar, reader, asFields(parsed));
    },
  });
  return {
    /** Takes in what came. @returns what is known with it. */
    read(bytes: Uint8Array): StreamSoFar {
      waiting += bytes.length;
      if (waiting < maximumEventCharacters) parser.feed(decoder.decode(bytes, { stream: true }));
      else soFar = { ...soFar, hasContent: true };
      return soFar;
    },
    soFar: () => soFar,
  };
}

function added(soFar: StreamSoFar, reader: AnswerReader, data: Fields): StreamSoFar {
  const piece = reader.readEvent(data);
  return {
    hasContent: soFar.hasContent || piece.hasContent === true,
    hasEnd: soFar.hasEnd || piece.hasEnd === true,
    usage: piece.usage
      ? { ...(soFar.usage ?? { inputTokens: 0, outputTokens: 0 }), ...piece.usage }
      : soFar.usage,
    responseId: soFar.responseId ?? piece.responseId,
    sequenceNumber: piece.sequenceNumber ?? soFar.sequenceNumber,
    error: soFar.error ?? piece.error,
  };
}
