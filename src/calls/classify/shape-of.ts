import type { Exchange } from '../provider/exchange.ts';
import { type ErrorBody, readErrorBody } from './error-body.ts';

/** The form of an answer that no classifier row knows, so that a row can be added; no content. */
export interface AnswerShape {
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
export function shapeOf({ status, headers, body }: Exchange): AnswerShape {
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
