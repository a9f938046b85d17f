import { createHmac } from 'node:crypto';

/**
 * The line by which a ticket is found again: an HMAC of the idempotency key, so that without the
 * secret nothing can write the marker of a ticket that is still to be opened.
 */
export function ticketMarker(markerSecret: string, key: string): string {
  return `<!-- holdfast:v1:${createHmac('sha256', markerSecret).update(key).digest('hex')} -->`;
}

/** Whether a body holds the marker as a line of its own; quoted text of an email never is one. */
export function hasMarker(body: string, marker: string): boolean {
  return body.split(/\r?\n/).includes(marker);
}

/** The marker that a body ends with, whatever its key; quoted text comes before it. */
export function markerIn(body: string): string | undefined {
  return body.split(/\r?\n/).findLast((line) => /^<!-- holdfast:v1:[0-9a-f]{64} -->$/.test(line));
}

/** Text from outside in a code span, of which GitHub makes no mention, reference, link or HTML. */
export function codeSpan(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    // A code span ends at a run of backticks as long as the one that opened it.
    .replace(/`/g, "'");
  return line === '' ? '(empty)' : `\`${line}\``;
}
