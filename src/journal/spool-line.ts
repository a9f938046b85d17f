import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';

/** What happened to an attempt, as a line of the spool. The last one has everything. */
export type SpoolEvent =
  | { readonly kind: 'begun'; readonly attempt: BegunAttempt }
  | { readonly kind: 'sent'; readonly attemptId: string; readonly sentAtMs: number }
  | { readonly kind: 'ended'; readonly attempt: RecordedAttempt };

/** A line begins with its kind, so that a reader can pass over it without parsing. */
const marks = { begun: '+', sent: '>', ended: '=' } as const;

/** The line of an event, line feed included. */
export function spoolLine(event: SpoolEvent): string {
  switch (event.kind) {
    case 'begun':
    case 'ended':
      return `${marks[event.kind]}${jsonOf(event.attempt)}\n`;
    case 'sent':
      return `${marks.sent}${event.sentAtMs} ${event.attemptId}\n`;
  }
}

/** Longer than any attempt whose texts are ids and codes. */
const usualLength = 2000;
const maximumText = 255;

/**
 * What every database takes: whole numbers that fit, short texts without control characters. In the
 * usual case that is seen from the JSON, which would have an escape or a fraction in it otherwise.
 */
function jsonOf(attempt: object): string {
  const json = JSON.stringify(attempt);
  const isUsual = json.length < usualLength && !json.includes('\\') && !oddNumber.test(json);
  return isUsual ? json : JSON.stringify(clean(attempt));
}

/** A number with a fraction or an exponent, or none at all. */
const oddNumber = /":(-?\d+[.e]|null)/;

function clean(attempt: object): object {
  const entries = Object.entries(attempt).flatMap(([name, value]): [string, unknown][] => {
    if (typeof value === 'string') return [[name, cleanText(value)]];
    if (typeof value !== 'number') return [[name, value]];
    return Number.isFinite(value) ? [[name, cleanNumber(value)]] : [];
  });
  return Object.fromEntries(entries);
}

function cleanText(text: string): string {
  return text
    .slice(0, maximumText)
    .replace(/\p{Cc}/gu, ' ')
    .toWellFormed();
}

function cleanNumber(value: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value)));
}

/** Reads a line; `undefined` for one that was torn when the disk was full or the power went. */
export function readSpoolLine(line: string): SpoolEvent | undefined {
  const mark = line[0];
  if (mark === marks.sent) {
    const [time = '', attemptId] = line.slice(1).split(' ');
    return attemptId ? { kind: 'sent', attemptId, sentAtMs: Number(time) } : undefined;
  }
  try {
    const attempt = JSON.parse(line.slice(1));
    if (mark === marks.begun) return { kind: 'begun', attempt };
    return mark === marks.ended ? { kind: 'ended', attempt } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a line is the end of an attempt; cheaper than reading it. */
export function isEnd(line: string): boolean {
  return line.startsWith(marks.ended) && line.endsWith('}');
}
