import { durationMs } from './duration.ts';

/** What a server's answer says about when to come back. */
export interface RetryAfterSource {
  /** Response headers with lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Those of an upstream, where a proxy's body holds them. */
  readonly upstreamHeaders?: Readonly<Record<string, string | undefined>> | undefined;
  /** The `retryDelay` of a `google.rpc.RetryInfo` in the body, for example `"13.5s"`. */
  readonly retryInfoDelay?: string | undefined;
  /** A wait in a field of the body, in milliseconds. */
  readonly waitMs?: number | undefined;
  /** The error's message, read only where no header names a wait: see {@link parseRetryAfter}. */
  readonly message?: string | undefined;
  /** Whether a limit was hit, so that its reset counts: answers of all kinds carry resets. */
  readonly readsResets?: boolean | undefined;
}

/**
 * The wait a server asks for, in milliseconds, or `undefined` when it asks for none. Negative, zero
 * and unparsable values are ignored. Order: `retry-after-ms` (OpenAI), `Retry-After` in seconds or
 * as an HTTP date (RFC 9110, 10.2.3), Google's RetryInfo, a field of the body, the message ("try
 * again in 1.3s", "wait 5 seconds"), the reset of the limit that is used up.
 *
 * @param nowMs the time that dates are compared with.
 */
export function parseRetryAfter(source: RetryAfterSource, nowMs: number): number | undefined {
  const { headers, upstreamHeaders = {}, retryInfoDelay, waitMs, message, readsResets } = source;
  return (
    fromHeaders(headers, nowMs) ??
    positive(durationMs(retryInfoDelay)) ??
    positive(waitMs) ??
    fromHeaders(upstreamHeaders, nowMs) ??
    positive(inWords(message)) ??
    (readsResets
      ? positive(
          longestReset(headers, serverNowMs(headers.date, nowMs)) ??
            longestReset(upstreamHeaders, nowMs),
        )
      : undefined)
  );
}

function fromHeaders(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const retryAfter = headers['retry-after'] ?? headers['x-retry-after'];
  return (
    positive(decimal(headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'])) ??
    positive(seconds(retryAfter)) ??
    positive(httpDate(retryAfter, headers.date, nowMs))
  );
}

function positive(milliseconds: number | undefined): number | undefined {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return undefined;
  const whole = Math.ceil(milliseconds);
  return whole > 0 ? whole : undefined;
}

/** A header that came twice is one with a comma (RFC 9110, 5.2): the longer wait satisfies both. */
function decimal(text: string | undefined): number | undefined {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  return parts.every((part) => /^\d+(\.\d+)?$/.test(part))
    ? Math.max(...parts.map(Number))
    : undefined;
}

function seconds(text: string | undefined): number | undefined {
  const value = decimal(text);
  return value === undefined ? durationMs(text?.trim()) : value * 1000;
}

/** Compares with the server's own `Date` header where it has one: our clock may be off. */
function httpDate(
  text: string | undefined,
  serverDate: string | undefined,
  nowMs: number,
): number | undefined {
  const dates = text?.match(/[a-z]{3,9},[^,]+|\d{4}-\d\d-\d\dt[\d:.]+(z|[+-]\d\d:?\d\d)/gi) ?? [];
  const latestMs = Math.max(...dates.map((date) => Date.parse(date)));
  return latestMs - serverNowMs(serverDate, nowMs);
}

function serverNowMs(serverDate: string | undefined, nowMs: number): number {
  const parsedMs = Date.parse(serverDate ?? '');
  return Number.isNaN(parsedMs) ? nowMs : parsedMs;
}

const number = '\\d+(?:[.]\\d+)?';
const longUnit = '(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|milliseconds?|ms|[smhd])';
const waits = new RegExp(
  '\\b(?:(?:try(?:ing)? again|retry(?:ing)?|resets?|allowed(?: again)?|available(?: again)?)(?: (?:your|this|the) request| it)?,? (?:in|after)|retry[_-](?:after|in):?|retry (?:after|in):|cool[- ]?down(?: of|:)?|wait(?: for| at least|:)*)(?: about| approximately)? ' +
    `(?:((?:[\\d.]+(?:ms|[dhms]))+)(?![a-z])|((?:${number} ?${longUnit}\\b[, ]*(?:and )?)+))`,
  'i',
);
/** "Please retry in 5 seconds", in languages of Asia and of Europe. */
const foreignWaits: readonly RegExp[] = [
  /(\d+(?:\.\d+)?)\s*(秒|分钟|分|小时|時間|초|분|시간)(?:钟)?\s*(?:后|後|之后|再|후)[^。]{0,8}(?:试|試|请求|调用|시도)/,
  /^(?=.*(?:erneut|wieder|réessay|nouveau|intent|nuevo|nova|riprov|повтор)).*?(?<!\p{L})(?:in|nach|dans|après|en|em|tras|tra|через) (\d+(?:[.,]\d+)?) ?([smhoсмч])(?!illi)\p{L}*/isu,
];
const foreignUnits: Readonly<Record<string, string>> = {
  ...{ 秒: 's', 分钟: 'm', 分: 'm', 小时: 'h', 時間: 'h', 초: 's', 분: 'm', 시간: 'h' },
  ...{ s: 's', m: 'm', h: 'h', o: 'h', с: 's', м: 'm', ч: 'h' },
};

/** Reads a wait with its unit; "retry after 5" has none and is ignored. */
function inWords(message = ''): number | undefined {
  const [, short, words] = waits.exec(message) ?? [];
  if (short !== undefined) return durationMs(short);
  if (words !== undefined) {
    const parts = [...words.matchAll(new RegExp(`(${number}) ?(ms|milli|[dhms])`, 'gi'))];
    const compact = parts.map(([, value, unit = '']) => `${value}${unit.toLowerCase()}`).join('');
    return durationMs(compact.replaceAll('milli', 'ms'));
  }
  for (const pattern of foreignWaits) {
    const [, value, unit = ''] = pattern.exec(message) ?? [];
    if (value) return durationMs(`${value.replace(',', '.')}${foreignUnits[unit.toLowerCase()]}`);
  }
  return undefined;
}

/** OpenAI's, Anthropic's, GitHub's, Mistral's and the IETF draft's headers, a limit each. */
const resetName = /^(?=.*rate-?limit)(?!.*retry-after).*reset/;

/**
 * When the limits that are used up have room again, in milliseconds from now: the longest of those
 * with nothing remaining. Where none says what remains, the longest of all; where all have
 * something left, the shortest, since one of them was too small for the request.
 *
 * @param headers with lower-case names.
 */
function longestReset(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const named = Object.entries(headers).flatMap(([name, text = '']) => {
    const inMs = resetName.test(name) ? resetMs(name, text, nowMs) : undefined;
    if (inMs === undefined || !(inMs > 0)) return [];
    const remaining =
      headers[name.replace('reset-after', 'remaining').replace('reset', 'remaining')];
    return [{ inMs, remaining: remaining === undefined ? undefined : Number(remaining) }];
  });
  const resets = [...named, ...structured(headers.ratelimit)];
  if (resets.length === 0) return undefined;
  const usedUp = resets.filter(({ remaining }) => remaining === 0);
  const unknown = resets.filter(({ remaining }) => remaining === undefined);
  const [counted] = [usedUp, unknown].filter((some) => some.length > 0);
  return counted
    ? Math.max(...counted.map(({ inMs }) => inMs))
    : Math.min(...resets.map(({ inMs }) => inMs));
}

/** The IETF draft's one header, in its older form and its newer: what remains of each limit, and its seconds. */
function structured(text = ''): { inMs: number; remaining: number }[] {
  const parts = text.matchAll(/\b(?:remaining|r)=(\d+)\s*[,;]\s*(?:reset|t)=(\d+)/gi);
  return [...parts].map(([, remaining, seconds]) => ({
    inMs: Number(seconds) * 1000,
    remaining: Number(remaining),
  }));
}

/** Seconds or milliseconds from now, seconds or milliseconds since 1970, a date, or a duration. */
function resetMs(name: string, text: string, nowMs: number): number | undefined {
  const [value = ''] = text.split(',').map((part) => part.trim());
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    if (number >= 1e11) return number - nowMs;
    if (number >= 1e9) return number * 1000 - nowMs;
    return name.endsWith('-ms') ? number : number * 1000;
  }
  const duration = durationMs(value);
  if (duration !== undefined) return duration;
  return /\d{4}-\d\d-\d\d|[a-z]{3}/i.test(text) ? Date.parse(text) - nowMs : undefined;
}
