import type { AttemptErrorFields } from '../../failures/attempt-error.ts';
import { type Exchange, wasSent } from '../provider/exchange.ts';
import type { ProviderFamily } from '../provider/provider-families.ts';
import { providerRequestIdIn } from '../provider/request-headers.ts';
import { classifyAnswer } from './classify-answer.ts';
import { type ClassifiedConnection, classifyConnection } from './classify-connection.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';
import type { Asked } from './judge-answer.ts';

/** What is known of a failed call besides its exchange. */
export interface FailedCall {
  readonly family: ProviderFamily;
  /** The provider's name. */
  readonly by: string;
  /** Whether the request timeout has run out. */
  readonly isTimedOut: boolean;
  /** Whether the request asked for JSON of a schema. */
  readonly hasSchema: boolean;
  /** What was asked; absent where the answer is for another's code. */
  readonly asked?: Asked;
  readonly nowMs: number;
}

type Meaning = Pick<AttemptErrorFields, 'type' | 'reason' | 'retryAfterMs' | 'isFinal'> & {
  readonly unclassified?: boolean;
};

/** What one failed attempt means, from the wire; `shape` where no row of the table knew the answer. */
export function classifyExchange(
  exchange: Exchange,
  call: FailedCall,
): { readonly fields: AttemptErrorFields; readonly shape?: AnswerShape } {
  const connection = classifyConnection(exchange.failure);
  const { type, reason, isFinal, retryAfterMs, unclassified } = meaningOf(
    exchange,
    call,
    connection,
  );
  const { status } = exchange;
  return {
    fields: {
      type,
      by: call.by,
      status,
      reason,
      ...(isFinal && { isFinal }),
      retryAfterMs,
      providerRequestId: providerRequestIdIn(exchange.headers),
      sent: wasSent(exchange, connection.neverSent),
    },
    ...(unclassified && { shape: shapeOf(exchange) }),
  };
}

function meaningOf(
  exchange: Exchange,
  call: FailedCall,
  connection: ClassifiedConnection,
): Meaning {
  const { status, headers, body } = exchange;
  const { family, nowMs } = call;
  if (status === undefined) return withoutAnswer(exchange, call, connection);
  // A status that is an error says enough, even where its body did not come whole.
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess) return classifyAnswer(family, { status, headers, body }, nowMs, call.asked);
  if (exchange.isUndecodable) {
    return { type: 'MalformedResponse', reason: 'neither UTF-8 nor the charset it claims' };
  }
  if (exchange.oversized) return { type: 'PayloadTooLarge', reason: 'the answer has no end' };
  if (call.isTimedOut)
    return { type: 'Timeout', reason: 'no whole answer within the request timeout' };
  if (exchange.failure === undefined) {
    return classifyAnswer(family, { status, headers, body }, nowMs, call.asked);
  }
  return connection.reason ? connection : { ...connection, reason: 'cut within the answer' };
}

function withoutAnswer(
  exchange: Exchange,
  { isTimedOut, hasSchema }: FailedCall,
  connection: ClassifiedConnection,
): Meaning {
  if (!exchange.fetched) {
    // The AI SDK refused to make the request; where it has a schema, that is the cause.
    return hasSchema
      ? { type: 'SchemaRejected', reason: 'it cannot be sent to this provider' }
      : { type: 'InvalidRequest', reason: 'it cannot be sent to this provider' };
  }
  if (!isTimedOut) return connection;
  return wasSent(exchange) === false
    ? { type: 'ConnectionFailed', reason: 'no connection within the request timeout' }
    : { type: 'Timeout', reason: 'no answer within the request timeout' };
}

/** The form of an answer that no classifier row knows, so that a row can be added; no content. */
interface AnswerShape {
  readonly status: number | undefined;
  readonly contentType: string | undefined;
  readonly bodyKind: ErrorBody['kind'];
  readonly bodyBytes: number;
  /** Fields present, of those that error formats are known to use. */
  readonly fields: readonly string[];
}

const knownFields =
  'error object message type param code detail details status innererror metadata errors response candidates choices output content'.split(
    ' ',
  );

/** Describes an answer by names from a fixed list and numbers only. */
function shapeOf({ status, headers, body }: Exchange): AnswerShape {
  const contentType = /^(application\/json|text\/html|text\/plain)/.exec(
    headers['content-type'] ?? '',
  );
  return {
    status,
    contentType: contentType?.[1],
    bodyKind: readErrorBody(body).kind,
    bodyBytes: Buffer.byteLength(body),
    fields: knownFields.filter((field) => body.includes(`"${field}"`)),
  };
}
