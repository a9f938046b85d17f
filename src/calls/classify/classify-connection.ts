import type { FailureType } from '../../failures/failure-types.ts';
import { causes } from '../../failures/find-failure.ts';

/** What a failed connection means. */
export interface ClassifiedConnection {
  readonly type: FailureType;
  /** From a closed list. */
  readonly reason?: string;
  /** The code alone proves that no request left this machine. */
  readonly neverSent: boolean;
}

/** Codes that come before a request can be written: name look-up, connecting, TLS handshake. */
const beforeSending = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'EPROTO',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const anyTime = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']);
/** undici's own timeouts, shorter than ours only where a policy waits more than five minutes. */
const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** Classifies what `fetch` threw, or what reading its answer threw, by the codes along its causes. */
export function classifyConnection(failure: unknown): ClassifiedConnection {
  for (const code of codesOf(failure)) {
    if (timeouts.has(code)) return { type: 'Timeout', reason: code, neverSent: false };
    if (beforeSending.has(code)) return { type: 'ConnectionFailed', reason: code, neverSent: true };
    if (anyTime.has(code)) return { type: 'ConnectionFailed', reason: code, neverSent: false };
    // The same headers come back each time, and each time the answer is paid for.
    if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
      return { type: 'MalformedResponse', reason: 'headers too large', neverSent: false };
    }
    if (code === 'HTTPParserError') {
      return { type: 'MalformedResponse', reason: 'not HTTP', neverSent: false };
    }
    // The body is not in the encoding that Content-Encoding names.
    if (code.startsWith('Z_') || code.startsWith('ERR__')) {
      return { type: 'MalformedResponse', reason: 'not the encoding it claims', neverSent: false };
    }
  }
  return { type: 'ConnectionFailed', neverSent: false };
}

function* codesOf(failure: unknown): Generator<string> {
  for (const link of causes(failure)) {
    if ('code' in link && typeof link.code === 'string') yield link.code;
    // undici's parser names its own code only sometimes.
    yield link.name;
  }
}
