import type { Duration } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time.js';
import { usageError } from './command-error.ts';

const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * `2026-11-25T02:00:00Z`, or with another zone, as milliseconds since 1970.
 *
 * @throws CommandError `usage`
 */
export function parseTime(text: string): number {
  const timeMs = pattern.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return timeMs;
  throw usageError(`a time is written with its zone, 2026-11-25T02:00:00Z; this is ${text}`);
}

/**
 * `90d`, `12h`, `30min` or `45s` as milliseconds.
 *
 * @throws CommandError `usage`
 */
export function parseAge(text: string): number {
  if (/^\d{1,6}(s|min|h|d)$/.test(text)) return msToNumber(text as Duration);
  throw usageError(`an age is written 90d, 12h, 30min or 45s; this is ${text}`);
}
