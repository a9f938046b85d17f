import type { GateSettings } from './gate-settings.ts';
import type { GateState } from './gate-state.ts';

/** When calls that were sent back to their workflows come again. */
export interface ReturnSchedule {
  /** When the next call to be sent back has its turn; each deferral moves it on. */
  readonly nextTurnMs: number;
}

/** The delay of a call that is sent back, and the turns after it. */
export interface Deferral {
  readonly delayMs: number;
  readonly schedule: ReturnSchedule;
}

/** Slightly more calls come back than can go, so that the line is never empty. */
const surplus = 1.25;
const shortestDelayMs = 1000;
/** While a provider is down, no call comes back sooner than this share of the outage so far. */
const shareOfOutage = 0.1;
const longestDelayMs = 30_000;
/**
 * Longest delay until a turn while a provider is down: longer than at other times, since an early
 * return costs the server as much as a short workflow.
 */
const longestTurnDownMs = 60_000;
const longestDelayDownMs = 300_000;

/** Turns a second. */
function rateOf(
  { phase, ratePerSecond, ceilingPerSecond }: GateState,
  { assumedRatePerSecond }: GateSettings,
): number {
  const isKnown = phase === 'limited' && ceilingPerSecond < Number.POSITIVE_INFINITY;
  if (isKnown) return ratePerSecond;
  const known =
    ceilingPerSecond < Number.POSITIVE_INFINITY ? ceilingPerSecond : assumedRatePerSecond;
  return phase === 'limited' ? Math.max(2 * ratePerSecond, known) : known;
}

/**
 * When a call without a place in the worker is to come back: about when its turn is likely, and
 * never all calls at once. Delays are bounded, since no sleeping call can be woken when the
 * provider recovers; the longer an outage has lasted, the longer they may be.
 *
 * @param waiting calls in the worker's own line, which go first.
 * @param random uniform in [0, 1).
 */
export function deferCall(
  state: GateState,
  settings: GateSettings,
  schedule: ReturnSchedule,
  waiting: number,
  nowMs: number,
  random: () => number,
): Deferral {
  const rate = rateOf(state, settings);
  const opensMs = Math.max(
    nowMs,
    state.notBeforeMs,
    state.phase === 'limited' ? state.nextSendMs : 0,
  );
  const outageMs = state.phase === 'down' ? nowMs - state.phaseSinceMs : 0;
  const shortestMs = Math.min(longestDelayMs, Math.max(shortestDelayMs, outageMs * shareOfOutage));
  const earliestMs = Math.max(nowMs + shortestMs, opensMs + (waiting / rate) * 1000);
  const usualMs = state.phase === 'down' ? longestTurnDownMs : longestDelayMs;
  const longestMs = Math.min(longestDelayDownMs, Math.max(usualMs, outageMs / 4));
  const turnMs = Math.max(schedule.nextTurnMs, earliestMs);
  if (turnMs - nowMs > longestMs) {
    // A provider that named a time is not asked before it.
    const saidMs = Math.max(0, state.notBeforeMs - nowMs);
    return { delayMs: Math.round(saidMs + longestMs * (0.5 + 0.5 * random())), schedule };
  }
  return {
    delayMs: Math.round(turnMs - nowMs + shortestDelayMs * random()),
    schedule: { nextTurnMs: turnMs + 1000 / (rate * surplus) },
  };
}

/** How many calls may wait in the worker: about two seconds' worth, enough to keep the pace. */
export function waitingRoom(state: GateState, settings: GateSettings): number {
  if (state.phase === 'free') return Number.POSITIVE_INFINITY;
  const twoSeconds = state.phase === 'down' ? 0 : Math.ceil(2 * state.ratePerSecond);
  return Math.min(settings.maximumWaiting, Math.max(settings.minimumWaiting, twoSeconds));
}
