import type { RequestInit } from 'undici';
import { AttemptError, type AttemptErrorFields } from '../../failures/attempt-error.ts';
import { guardedLookup, type Resolve, refusedAddressCode } from './guarded-lookup.ts';
import { type AddressKind, literalAddress } from './network-address.ts';

/** Where a target is. */
export interface Endpoint {
  /** Another than the target's own: an enterprise server, or a sandbox. */
  readonly baseUrl?: string | undefined;
  /** Its name may lead into a private network (or to this machine). Default: false. */
  readonly allowPrivate?: boolean | undefined;
}

/** What a target's requests are held to. */
export interface TargetFetchOptions extends Pick<Endpoint, 'allowPrivate'> {
  /** Who fails when one fails: `stripe`, `github`. */
  readonly target: string;
  /** The only origin that is asked, whatever a link in an answer says. */
  readonly origin: string;
  /** A longer answer is not read to its end. */
  readonly maximumBytes: number;
  /** A 2xx without a body is an answer, not a cut one. Default: false. */
  readonly mayBeEmpty?: boolean;
  /** How names are resolved. Default: as the system does. */
  readonly resolve?: Resolve;
}

/**
 * A `fetch` for the SDKs of effects: one origin, no redirects, a cap on the answer's size, and the
 * whole body read before it is looked at (an SDK may take a cut body for an empty list).
 *
 * A name must lead to a public address, whatever its DNS says by now; private networks are reached
 * with `allowPrivate`, link-local addresses (where clouds hand out credentials) never. An origin
 * that is an IP address, or `localhost`, says itself where it leads: that is configuration enough.
 *
 * Its failures are `AttemptError`s without a `code`: Stripe's SDK repeats a request on its own,
 * whatever `maxNetworkRetries` says, when it sees `ECONNRESET` there. There is one owner of retries.
 */
export function createTargetFetch(options: TargetFetchOptions): typeof fetch {
  const { target, origin, maximumBytes } = options;
  const lookup = guardedLookup(allowedKinds(options), options.resolve);
  let client: ReturnType<typeof openClient> | undefined;
  const failed = (fields: Omit<AttemptErrorFields, 'by'>, cause?: unknown) =>
    new AttemptError({ by: target, ...fields }, { cause });

  return async function targetFetch(input, init) {
    if (input instanceof Request) throw new TypeError('takes addresses, not requests');
    const url = new URL(input);
    if (url.origin !== origin) {
      throw failed({ type: 'InvalidRequest', reason: 'another origin', sent: false });
    }
    client ??= openClient(lookup);
    const request = await client;
    let response: Awaited<ReturnType<typeof request>>;
    let body: Uint8Array<ArrayBuffer>;
    try {
      // The same standard in two type declarations: Node's own, and the package's.
      response = await request(url, init as RequestInit | undefined);
      body = await readBody(response, maximumBytes);
    } catch (error) {
      throw failed(describeTransport(error, init?.signal?.aborted === true), error);
    }
    const { status } = response;
    const headers = new Headers([...response.headers]);
    const answer = { status, sent: true, providerRequestId: requestIdOf(headers) };
    if (status >= 300 && status < 400) {
      throw failed({ type: 'InvalidRequest', reason: 'a redirect', ...answer });
    }
    if (body.length > maximumBytes) {
      throw failed({ type: 'MalformedResponse', reason: 'the answer is too large', ...answer });
    }
    const bodyless = status === 204 || status === 205;
    if (body.length === 0 && !bodyless && status < 400 && !options.mayBeEmpty) {
      throw failed({ type: 'MalformedResponse', reason: 'the answer is empty', ...answer });
    }
    return new Response(bodyless ? null : body, { status, headers: withoutCoding(headers) });
  };
}

/** Loaded with the first request: the threads that judge answers load the application, and ask no target. */
async function openClient(lookup: ReturnType<typeof guardedLookup>) {
  const { Agent, fetch } = await import('undici');
  // HTTP/1.1, so that a failure is one request's and not that of all on a shared connection.
  const dispatcher = new Agent({ allowH2: false, connect: { lookup } });
  return (url: URL, init: RequestInit | undefined) =>
    fetch(url, { ...init, redirect: 'manual', dispatcher });
}

/** Where a name may lead. A literal address is never looked up. */
function allowedKinds({ origin, allowPrivate }: TargetFetchOptions): readonly AddressKind[] {
  const { hostname } = new URL(origin);
  if (hostname === 'localhost' || literalAddress(hostname)) return ['loopback', 'public'];
  return allowPrivate ? ['public', 'private', 'loopback'] : ['public'];
}

/** Reads at most one chunk more than allowed. */
async function readBody(
  response: { readonly body: AsyncIterable<Uint8Array> | null },
  maximumBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maximumBytes) break;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The body is decoded by now; its headers must not say otherwise. */
function withoutCoding(headers: Headers): Headers {
  const plain = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) {
    plain.delete(name);
  }
  return plain;
}

/** The id that the target gave the request, under the usual names. */
export function requestIdOf(headers: Headers): string | undefined {
  const names = ['request-id', 'x-request-id', 'x-github-request-id'];
  return names.map((name) => headers.get(name)).find((id) => id !== null) ?? undefined;
}

/** Failures before the request could be written: surely nothing happened. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

function describeTransport(error: unknown, aborted: boolean): Omit<AttemptErrorFields, 'by'> {
  if (aborted) return { type: 'Timeout' };
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | undefined)?.cause);
  if (code === refusedAddressCode) {
    return { type: 'InvalidRequest', reason: 'not a public address', sent: false };
  }
  const sent = neverSent.test(code ?? '') ? false : undefined;
  return { type: 'ConnectionFailed', reason: code, sent };
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
