import { usageError } from './command-error.ts';

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90d`, `12h`, `30min` or `45s` as milliseconds. */
export function parseAge(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})(s|min|h|d)$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw usageError(`an age is written 90d, 12h, 30min or 45s; this is ${text}`);
}
