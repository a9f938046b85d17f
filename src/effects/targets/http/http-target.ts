import { AttemptError } from '../../../failures/attempt-error.ts';
import type { Json } from '../../../wire/json.ts';
import { createTargetFetch, requestIdOf } from '../target-fetch.ts';

/** Where a target is, as it is configured. Nothing of it comes out of a message. */
export interface HttpTargetOptions {
  /** Who fails when it fails: `resend`, `webhook`. */
  readonly target: string;
  /** The only origin that is asked, with the path that all requests are under. */
  readonly baseUrl: string;
  /** Sent with each request, credentials among them: never stored in the ledger. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The name may lead into a private network. Default: false. */
  readonly allowPrivate?: boolean | undefined;
  /** A longer answer is a failure. Default: 1 MiB. */
  readonly maximumBytes?: number;
}

/** One request, as it is stored at the claim: JSON. */
export interface HttpRequest {
  /** Default: POST with a body, otherwise GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under the base URL, query included. Parts that are input go through `encodeURIComponent`. */
  readonly path: string;
  readonly body?: Json;
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; `undefined` when it is empty or no JSON. */
  readonly body: unknown;
  /** The target's own id of the request, for its support. */
  readonly requestId: string | undefined;
}

/** An answer that is no 2xx. What it means is for the classifier to say. */
export class UnwelcomeAnswer extends Error {
  override readonly name = 'UnwelcomeAnswer';
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer) {
    super(`the target answered ${answer.status}`);
    this.answer = answer;
  }
}

/** Sends one request; resolves to a 2xx. */
export type HttpTarget = (
  request: HttpRequest,
  options: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
) => Promise<HttpAnswer>;

/**
 * A target that is spoken to in JSON over plain HTTP: one request a call, no retries, no redirects.
 *
 * The target throws `UnwelcomeAnswer` for any other status, and `AttemptError` where there was no
 * whole answer.
 */
export function createHttpTarget(options: HttpTargetOptions): HttpTarget {
  const { target, maximumBytes = 1024 * 1024, allowPrivate } = options;
  const base = new URL(options.baseUrl);
  const { origin } = base;
  const targetFetch = createTargetFetch({
    ...{ target, origin, maximumBytes, allowPrivate },
    mayBeEmpty: true,
  });

  return async function send({ path, body, method }, { signal, headers }) {
    const response = await targetFetch(urlUnder(base, path, target), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        accept: 'application/json',
        'user-agent': 'holdfast',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    });
    const answer: HttpAnswer = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: parsed(await response.text()),
      requestId: requestIdOf(response.headers),
    };
    if (!response.ok) throw new UnwelcomeAnswer(answer);
    return answer;
  };
}

/** `..` and the like may not lead out of what was configured, whatever the input was. */
function urlUnder(base: URL, path: string, target: string): URL {
  const folder = base.pathname.replace(/\/$/, '');
  // Not resolved against the base: `//host` and `https:` would be addresses of their own.
  const url = path === '' ? new URL(base) : new URL(`${base.origin}${folder}${path}`);
  const isUnder =
    url.origin === base.origin &&
    (path === '' || (path.startsWith('/') && url.pathname.startsWith(`${folder}/`)));
  if (isUnder) return url;
  const fields = { type: 'InvalidRequest', by: target, reason: 'outside the base URL' } as const;
  throw new AttemptError({ ...fields, sent: false });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
