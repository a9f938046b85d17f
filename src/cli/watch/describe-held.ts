import { type HeldStep, heldInWords } from '../../wire/held.ts';
import { formatDuration } from '../format.ts';
import { nextTry } from './countdown.ts';

/** "openai:gpt-4o-mini is down, for 3 min 2 s, next in 42.0 s" */
export function describeHeld(held: HeldStep, now: Date): string {
  const { sinceMs, untilMs } = held;
  return [
    heldInWords(held),
    `for ${formatDuration(Math.max(0, now.getTime() - sinceMs))}`,
    ...(untilMs === undefined ? [] : [nextTry(untilMs, now)]),
  ].join(', ');
}
