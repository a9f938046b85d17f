import { type HeldStep, heldInWords } from '../../wire/held.ts';
import { formatDuration } from '../format.ts';

/** `4.2 s`, `now`; one decimal, zero included: a countdown whose width jumps is hard to read. */
export function countdown(atMs: number, now: Date): string {
  const leftMs = atMs - now.getTime();
  if (leftMs <= 0) return 'now';
  return leftMs < 60_000 ? `${(leftMs / 1000).toFixed(1)} s` : formatDuration(leftMs);
}

/**
 * A failure's message with its wait as it is now: it was written when the attempt failed.
 *
 * @param at when the next attempt starts; absent while it runs.
 */
export function withLiveCountdown(message: string, at: Date | undefined, now: Date): string {
  const next = at ? `, ${nextTry(at.getTime(), now)}` : '';
  return message.replace(/, next in \d+(\.\d+)? s(?!\w)/, next);
}

/** `next in 4.2 s`, `next now`. */
export function nextTry(atMs: number, now: Date): string {
  const left = countdown(atMs, now);
  return left === 'now' ? 'next now' : `next in ${left}`;
}

/** "openai:gpt-4o-mini is down, for 3 min 2 s, next in 42.0 s" */
export function describeHeld(held: HeldStep, now: Date): string {
  const { sinceMs, untilMs } = held;
  return [
    heldInWords(held),
    `for ${formatDuration(Math.max(0, now.getTime() - sinceMs))}`,
    ...(untilMs === undefined ? [] : [nextTry(untilMs, now)]),
  ].join(', ');
}
