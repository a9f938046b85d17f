import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRetryAfter } from '../../src/policies/retry-after.ts';

const nowMs = Date.UTC(2026, 10, 1, 0, 0, 0);
const date = (seconds: number) => new Date(nowMs + seconds * 1000).toUTCString();
const message = (text: string) =>
  `Rate limit reached. Please try again in ${text}. Visit our site.`;

// biome-ignore format: a table is read by its columns
const rows: [what: string, source: Partial<Parameters<typeof parseRetryAfter>[0]>, expectedMs: number | undefined][] = [
  ['nothing', {}, undefined],
  ['seconds', { headers: { 'retry-after': '7' } }, 7000],
  ['fractions of a second', { headers: { 'retry-after': '0.5' } }, 500],
  ['milliseconds before seconds', { headers: { 'retry-after-ms': '1250', 'retry-after': '2' } }, 1250],
  ['part of a millisecond is a whole one', { headers: { 'retry-after-ms': '0.2' } }, 1],
  ['blanks around', { headers: { 'retry-after': ' 3 ' } }, 3000],
  ['zero', { headers: { 'retry-after': '0' } }, undefined],
  ['zero milliseconds fall through to seconds', { headers: { 'retry-after-ms': '0', 'retry-after': '4' } }, 4000],
  ['negative', { headers: { 'retry-after': '-5' } }, undefined],
  ['a word', { headers: { 'retry-after': 'soon' } }, undefined],
  ['empty', { headers: { 'retry-after': '' } }, undefined],
  ['NaN and Infinity', { headers: { 'retry-after': 'Infinity', 'retry-after-ms': 'NaN' } }, undefined],
  ['hexadecimal', { headers: { 'retry-after': '0x10' } }, undefined],
  ['more digits than a number holds', { headers: { 'retry-after': '9'.repeat(400) } }, undefined],
  ['ten hours', { headers: { 'retry-after': '36000' } }, 36_000_000],
  ['an HTTP date', { headers: { 'retry-after': date(90) } }, 90_000],
  ['a date past', { headers: { 'retry-after': date(-90) } }, undefined],
  ['a date against the server\'s own clock', { headers: { 'retry-after': date(690), date: date(600) } }, 90_000],
  ['a date, and a Date that is none', { headers: { 'retry-after': date(90), date: 'yesterday' } }, 90_000],
  ['Google\'s RetryInfo', { retryInfoDelay: '13.5s' }, 13_500],
  ['RetryInfo of zero', { retryInfoDelay: '0s' }, undefined],
  ['RetryInfo that is none', { retryInfoDelay: 'a while' }, undefined],
  ['OpenAI\'s message in seconds', { message: message('1.3s') }, 1300],
  ['OpenAI\'s message in milliseconds', { message: message('20ms') }, 20],
  ['OpenAI\'s message in minutes', { message: message('7m12s') }, 432_000],
  ['OpenAI\'s message in hours', { message: message('1h0m3s') }, 3_603_000],
  ['the message only where no header speaks', { headers: { 'retry-after': '2' }, message: message('9s') }, 2000],
  ['the message where the header is nonsense', { headers: { 'retry-after': '-1' }, message: message('9s') }, 9000],
  ['OpenAI\'s message in seconds with an end', { message: 'Please try again in 9m38.016s. Need more?' }, 578_016],
  ['Google\'s message', { message: 'Quota exceeded. Please retry in 20.04466179s.' }, 20_045],
  ['Azure\'s message', { message: 'Please retry after 9 seconds. Please go here' }, 9000],
  ['Azure\'s message of a day', { message: 'Please retry after 86400 seconds.' }, 86_400_000],
  ['one minute in words', { message: 'Try again in 1 minute' }, 60_000],
  ['a number without a unit', { message: 'Please retry after 5' }, undefined],
  ['an unknown unit', { message: 'Please try again in 3 moons' }, undefined],
  ['a header that came twice', { headers: { 'retry-after': '4, 4' } }, 4000],
  ['two headers that differ: the longer', { headers: { 'retry-after': '4, 9' } }, 9000],
  ['a date that came twice', { headers: { 'retry-after': `${date(90)}, ${date(90)}` } }, 90_000],
  ['a header with a unit', { headers: { 'retry-after': '5s' } }, 5000],
  ['Azure\'s milliseconds', { headers: { 'x-ms-retry-after-ms': '700' } }, 700],
  ['a wait in a field', { waitMs: 6000 }, 6000],
  ['wait 5 seconds', { message: 'Too fast. Please wait 5 seconds and try again.' }, 5000],
  ['wait a day', { message: 'Please wait 41500 seconds before retrying.' }, 41_500_000],
  ['two units in words', { message: 'Retry in 2 minutes and 30 seconds.' }, 150_000],
  ['it resets in', { message: 'The limit resets in 3h.' }, 10_800_000],
  ['in Chinese', { message: '\u8bf7 5 \u79d2\u540e\u91cd\u8bd5' }, 5000],
  ['an upstream\'s header within the body', { upstreamHeaders: { 'retry-after': '12' } }, 12_000],
  ['a reset where no limit was hit', { headers: { 'x-ratelimit-reset': '30' } }, undefined],
  ['a reset in seconds', { readsResets: true, headers: { 'x-ratelimit-reset': '30' } }, 30_000],
  ['a reset as a duration', { readsResets: true, headers: { 'x-ratelimit-reset-tokens': '6m0s' } }, 360_000],
  ['a reset in milliseconds', { readsResets: true, headers: { 'x-ratelimit-reset-requests': '120ms' } }, 120],
  ['a reset since 1970', { readsResets: true, headers: { 'x-ratelimit-reset': `${nowMs / 1000 + 20}` } }, 20_000],
  ['a reset since 1970 in milliseconds', { readsResets: true, upstreamHeaders: { 'x-ratelimit-reset': `${nowMs + 1500}` } }, 1500],
  ['Anthropic\'s reset', { readsResets: true, headers: { 'anthropic-ratelimit-input-tokens-remaining': '0', 'anthropic-ratelimit-input-tokens-reset': '2026-11-01T00:00:08Z', 'anthropic-ratelimit-requests-remaining': '40', 'anthropic-ratelimit-requests-reset': '2026-11-01T00:01:00Z' } }, 8000],
  ['the IETF draft\'s reset', { readsResets: true, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '11' } }, 11_000],
  ['a reset past', { readsResets: true, headers: { 'x-ratelimit-reset': `${nowMs / 1000 - 20}` } }, undefined],
  ['a message without a time', { message: 'Please try again later.' }, undefined],
];

describe('the wait that a server asks for', () => {
  for (const [what, source, expectedMs] of rows) {
    test(`${what} -> ${expectedMs ?? 'ignored'}`, () => {
      assert.equal(parseRetryAfter({ headers: {}, ...source }, nowMs), expectedMs);
    });
  }
});
