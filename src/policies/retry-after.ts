/** What a server's answer says about when to come back. */
export interface RetryAfterSource {
  /** Response headers with lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The `retryDelay` of a `google.rpc.RetryInfo` in the body, for example `"13.5s"`. */
  readonly retryInfoDelay?: string | undefined;
  /** The error's message, read only where no header names a wait: see {@link parseRetryAfter}. */
  readonly message?: string | undefined;
}

/**
 * The wait a server asks for, in milliseconds, or `undefined` when it asks for none. Negative, zero
 * and unparsable values are ignored. Order: `retry-after-ms` (OpenAI), `Retry-After` in seconds or
 * as an HTTP date (RFC 9110, 10.2.3), Google's RetryInfo, the message: OpenAI's "try again in
 * 1.3s", Google's "retry in 20.04s", Azure's "retry after 9 seconds".
 *
 * @param nowMs the time that an HTTP date is compared with.
 */
export function parseRetryAfter(source: RetryAfterSource, nowMs: number): number | undefined {
  const { headers, retryInfoDelay, message } = source;
  const retryAfter = headers['retry-after'];
  return (
    positive(decimal(headers['retry-after-ms'])) ??
    positive(seconds(retryAfter)) ??
    positive(httpDate(retryAfter, headers.date, nowMs)) ??
    positive(goDuration(retryInfoDelay)) ??
    positive(inWords(message))
  );
}

function positive(milliseconds: number | undefined): number | undefined {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return undefined;
  const whole = Math.ceil(milliseconds);
  return whole > 0 ? whole : undefined;
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function seconds(text: string | undefined): number | undefined {
  const value = decimal(text);
  return value === undefined ? undefined : value * 1000;
}

/** Compares with the server's own `Date` header where it has one: our clock may be off. */
function httpDate(
  text: string | undefined,
  serverDate: string | undefined,
  nowMs: number,
): number | undefined {
  if (text === undefined || !/[a-z]{3}/i.test(text)) return undefined;
  const serverNowMs = Date.parse(serverDate ?? '');
  return Date.parse(text) - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs);
}

/** Reads a wait with its unit; "retry after 5" has none and is ignored. */
function inWords(message = ''): number | undefined {
  const [, short, number, word] =
    /\b(?:try again|retry) (?:in|after) (?:((?:[\d.]+(?:ms|[hms]))+)(?![a-z])|(\d+(?:\.\d+)?) (second|minute|hour)s?\b)/i.exec(
      message,
    ) ?? [];
  return goDuration(short) ?? goDuration(number && word && `${number}${word.slice(0, 1)}`);
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Reads a duration as protobuf's JSON and Go print it: `1.3s`, `6m0s`, `20ms`. */
function goDuration(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:[\d.]+(?:ms|[hms]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, value, unit] of text.matchAll(/([\d.]+)(ms|[hms])/g)) {
    total += Number(value) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  return total;
}
