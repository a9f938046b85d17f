import { shortestSleepMs } from '../../policies/outage.ts';
import type { GateSettings } from './gate-settings.ts';
import { downForMs, type GateState } from './gate-state.ts';

/** When calls that were sent back to their workflows come again. */
export interface ReturnSchedule {
  /** When the next call to be sent back has its turn; each deferral moves it on. */
  readonly nextTurnMs: number;
}

/** Slightly more calls come back than can go, so that the line is never empty. */
const surplus = 1.25;
const shortestDelayMs = 1000;
const longestDelayMs = 30_000;
/**
 * Longest delay until a turn while a provider is down: longer than at other times, since an early
 * return costs the server as much as a short workflow.
 */
const longestTurnDownMs = 60_000;
const longestDelayDownMs = 300_000;

/** Turns a second. */
function rateOf(state: GateState, { assumedRatePerSecond }: GateSettings): number {
  const { ceilingPerSecond } = state;
  const isKnown = ceilingPerSecond < Number.POSITIVE_INFINITY;
  const known = isKnown ? ceilingPerSecond : assumedRatePerSecond;
  if (state.phase !== 'limited') return known;
  return isKnown ? state.ratePerSecond : Math.max(2 * state.ratePerSecond, known);
}

/**
 * When a call without a place in the worker is to come back: about when its turn is likely, and
 * never all calls at once. Delays are bounded, since no sleeping call can be woken when the
 * provider recovers; the longer an outage has lasted, the longer they may be.
 *
 * @returns its delay, and the turns after it.
 * @param waiting calls in the worker's own line, which go first.
 * @param random uniform in [0, 1).
 * @param callOutageMs how long the call's own outage has lasted; this worker may be newer than that.
 */
export function deferCall(
  state: GateState,
  settings: GateSettings,
  schedule: ReturnSchedule,
  waiting: number,
  nowMs: number,
  random: () => number,
  callOutageMs = 0,
) {
  const rate = rateOf(state, settings);
  const opensMs = Math.max(
    nowMs,
    state.notBeforeMs,
    state.phase === 'limited' ? state.nextSendMs : 0,
  );
  const downMs = downForMs(state, nowMs);
  const outageMs = Math.max(callOutageMs, downMs ?? 0);
  const shortestMs = Math.max(shortestDelayMs, shortestSleepMs(outageMs));
  const earliestMs = Math.max(nowMs + shortestMs, opensMs + (waiting / rate) * 1000);
  const usualMs = downMs === undefined ? longestDelayMs : longestTurnDownMs;
  const longestMs = Math.max(
    shortestMs,
    Math.min(longestDelayDownMs, Math.max(usualMs, outageMs / 4)),
  );
  const turnMs = Math.max(schedule.nextTurnMs, earliestMs);
  if (turnMs - nowMs > longestMs) {
    // A provider that named a time is not asked before it.
    const saidMs = Math.max(0, state.notBeforeMs - nowMs);
    const spreadMs = Math.max(shortestMs, longestMs * (0.5 + 0.5 * random()));
    return { delayMs: Math.round(saidMs + spreadMs), schedule };
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

/** How many times its usual time a provider may take to answer before it counts as quiet. */
const patience = 3;

/**
 * Whether a provider has calls in flight and has answered none of them for longer than it usually
 * takes. This finds a provider that hangs long before its calls time out, and leaves out one that
 * is slow.
 */
function hasGoneQuiet(state: GateState, settings: GateSettings, nowMs: number): boolean {
  const { inFlight, latencyMs, heardMs } = state;
  const boundMs =
    latencyMs === 0 ? settings.quietAtFirstMs : Math.max(settings.quietMs, latencyMs * patience);
  return inFlight > 0 && nowMs - heardMs >= boundMs;
}

/**
 * Whether a provider has gone quiet and holds at least half of the worker's slots: then calls that
 * wait for it make room for others. Those in flight stay.
 */
export function isQuietAndInTheWay(
  state: GateState,
  settings: GateSettings,
  waiting: number,
  nowMs: number,
): boolean {
  return state.inFlight + waiting >= settings.slots / 2 && hasGoneQuiet(state, settings, nowMs);
}
