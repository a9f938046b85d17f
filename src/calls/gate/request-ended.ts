import type { GateSettings } from './gate-settings.ts';
import type { GateSignal } from './gate-signal.ts';
import {
  type DownState,
  type GateState,
  knownOf,
  type LimitedState,
  recentRate,
} from './gate-state.ts';

/** The end of a request, as the gate needs to know it. */
export interface RequestEnd {
  readonly signal: GateSignal;
  /** When the request went. */
  readonly sentMs: number;
  /** The call that it was for. */
  readonly call?: string | undefined;
  /** The wait that the answer asked for. */
  readonly retryAfterMs?: number | undefined;
}

/** Slowest pace of a provider that is not down. */
const slowestPerSecond = 0.1;
/** A measured mean counts as at least this share of the rate: idle times lower it. */
const leastSustained = 0.75;
/**
 * After more decreases in a row without an answer, the provider is failing, and its refusals say
 * nothing about the rate.
 */
const roundsOfOneCause = 3;

/**
 * The state after a request ended.
 *
 * @param random uniform in [0, 1): spreads the probes of several workers.
 */
export function requestEnded(
  state: GateState,
  settings: GateSettings,
  end: RequestEnd,
  nowMs: number,
  random: () => number,
): GateState {
  const ended = { ...state, ...afterEnd(state, settings, end, nowMs) };
  if (ended.phase === 'down') {
    const isProbe = ended.isProbing && end.sentMs >= ended.phaseSinceMs;
    if (!isProbe) return ended;
    const probed = { ...ended, isProbing: false };
    if (end.signal === 'unknown') return probed;
    if (end.signal === 'answered') return recovered(probed, settings, end, nowMs);
    return probeAgain(probed, settings, nowMs, random);
  }
  switch (end.signal) {
    case 'unknown':
      return ended;
    case 'answered':
      return answered(ended, settings, end, nowMs);
    case 'broken':
      return failedOnce(ended, settings, end, nowMs, random);
    case 'limited':
      return decreased(ended, settings, end, nowMs);
    case 'overloaded': {
      const failed = failedOnce(ended, settings, end, nowMs, random);
      return failed.phase === 'down' ? failed : decreased(failed, settings, end, nowMs);
    }
  }
}

/** What every end changes. One call's Retry-After holds back all calls until it has passed. */
function afterEnd(
  { inFlight, heardMs, notBeforeMs }: GateState,
  { longestBlockMs }: GateSettings,
  { signal, retryAfterMs = 0 }: RequestEnd,
  nowMs: number,
) {
  return {
    inFlight: Math.max(0, inFlight - 1),
    // A cancelled request says nothing about the provider.
    heardMs: signal === 'unknown' ? heardMs : nowMs,
    notBeforeMs: Math.max(notBeforeMs, nowMs + Math.min(retryAfterMs, longestBlockMs)),
  };
}

/** A provider that lets requests go. */
type Open = Exclude<GateState, DownState>;

function answered(
  state: Open,
  settings: GateSettings,
  { sentMs }: RequestEnd,
  nowMs: number,
): GateState {
  // Only a limit that was used may grow.
  const isUsed = state.inFlight + 1 >= Math.floor(state.limit);
  const step = state.limit < state.limitThreshold ? 1 : 1 / state.limit;
  const isForgotten =
    state.phase === 'limited' &&
    nowMs - Math.max(state.decreasedMs, state.phaseSinceMs) > settings.forgetMs;
  const phase: Open = isForgotten
    ? { ...knownOf(state), phase: 'free', phaseSinceMs: nowMs }
    : state;
  return {
    ...phase,
    limit: isUsed ? Math.min(settings.maximumLimit, state.limit + step) : state.limit,
    latencyMs: smoothed(state.latencyMs, nowMs - sentMs),
    answeredMs: nowMs,
    ...noFailures,
  };
}

const noFailures = { failuresInRow: 0, failedCalls: [], roundsInRow: 0 };

function smoothed(latencyMs: number, measuredMs: number): number {
  return latencyMs === 0 ? measuredMs : latencyMs * 0.9 + measuredMs * 0.1;
}

/** One call that fails over and over says that its request is at fault; two say that the provider is. */
const callsUntilDown = 2;

function failedOnce(
  state: Open,
  settings: GateSettings,
  { call = `${state.failuresInRow}` }: RequestEnd,
  nowMs: number,
  random: () => number,
): GateState {
  const { failuresUntilDown } = settings;
  const known = state.failedCalls;
  const isNew = known.length < callsUntilDown && !known.includes(call);
  const failedCalls = isNew ? [...known, call] : known;
  const failed = { ...state, failuresInRow: state.failuresInRow + 1, failedCalls };
  const isDown =
    failed.failuresInRow >= failuresUntilDown &&
    failedCalls.length >= Math.min(callsUntilDown, failuresUntilDown);
  return isDown ? down(failed, settings, nowMs, random) : failed;
}

/** Decreases once a round trip: the other refusals of the same burst say nothing new. */
function decreased(
  state: Open,
  settings: GateSettings,
  { signal, sentMs }: RequestEnd,
  nowMs: number,
): GateState {
  if (sentMs < state.decreasedMs) return state;
  const roundsInRow = state.roundsInRow + 1;
  const ceilingBeforePerSecond =
    roundsInRow === 1 ? state.ceilingPerSecond : state.ceilingBeforePerSecond;
  const isFirst = state.phase === 'free';
  const sustained = isFirst
    ? Math.max(settings.startRatePerSecond, recentRate(state, nowMs))
    : sustainedRate(state, nowMs);
  const ratePerSecond = Math.max(slowestPerSecond, sustained * settings.decrease);
  // As long as an answer takes, so that the provider's token bucket can refill.
  const pauseMs = Math.min(1000, Math.max(100, state.latencyMs));
  const limit =
    signal === 'overloaded' ? Math.max(1, (state.inFlight + 1) * settings.decrease) : state.limit;
  return {
    ...knownOf(state),
    phase: 'limited',
    phaseSinceMs: isFirst ? nowMs : state.phaseSinceMs,
    resumedMs: nowMs,
    roundsInRow,
    ratePerSecond,
    // The first burst at a provider says little about the rate that it sustains.
    ceilingPerSecond: isFirst
      ? Number.POSITIVE_INFINITY
      : roundsInRow > roundsOfOneCause
        ? ceilingBeforePerSecond
        : sustained,
    ceilingBeforePerSecond,
    limit,
    limitThreshold: signal === 'overloaded' ? limit : state.limitThreshold,
    decreasedMs: nowMs,
    sentSince: 0,
    grownMs: nowMs,
    notBeforeMs: Math.max(state.notBeforeMs, nowMs + pauseMs),
    nextSendMs: nowMs + pauseMs,
  };
}

/**
 * The mean rate from one refusal to the next is nearer to the provider's capacity than the rate at
 * the second one, which a reserve in the provider's bucket allows for a while.
 */
function sustainedRate(state: LimitedState, nowMs: number): number {
  const { ratePerSecond: tooMuch, sentSince, resumedMs } = state;
  if (sentSince < 5) return tooMuch;
  const mean = (sentSince * 1000) / Math.max(1, nowMs - resumedMs);
  return Math.min(tooMuch, Math.max(mean, leastSustained * tooMuch));
}

function down(
  state: GateState,
  settings: GateSettings,
  nowMs: number,
  random: () => number,
): DownState {
  const probeIntervalMs = settings.firstProbeMs;
  return {
    ...knownOf(state),
    phase: 'down',
    phaseSinceMs: nowMs,
    isProbing: false,
    probeIntervalMs,
    // The failures that led to the outage say nothing about the rate: the ceiling from before
    // holds.
    ceilingPerSecond: state.roundsInRow > 0 ? state.ceilingBeforePerSecond : state.ceilingPerSecond,
    notBeforeMs: Math.max(state.notBeforeMs, nowMs + jittered(probeIntervalMs, random)),
  };
}

function probeAgain(
  state: DownState,
  settings: GateSettings,
  nowMs: number,
  random: () => number,
): GateState {
  const share = (nowMs - state.phaseSinceMs) * settings.probeShareOfOutage;
  const probeIntervalMs = Math.min(
    state.probeIntervalMs * 2,
    Math.max(settings.probeMs, share),
    settings.longestProbeMs,
  );
  const probeMs = nowMs + jittered(probeIntervalMs, random);
  return { ...state, probeIntervalMs, notBeforeMs: Math.max(state.notBeforeMs, probeMs) };
}

/** The state after an answered probe: the waiting calls follow at a pace, not in a burst. */
function recovered(
  state: DownState,
  settings: GateSettings,
  { sentMs }: RequestEnd,
  nowMs: number,
): GateState {
  const ratePerSecond = Math.min(
    settings.startRatePerSecond,
    state.ceilingPerSecond * settings.decrease,
  );
  return {
    ...knownOf(state),
    phase: 'limited',
    phaseSinceMs: nowMs,
    resumedMs: nowMs,
    limit: Math.max(Math.min(settings.initialLimit, settings.maximumLimit), state.limit / 2),
    ratePerSecond,
    notBeforeMs: nowMs,
    nextSendMs: nowMs,
    grownMs: nowMs,
    decreasedMs: sentMs,
    sentSince: 0,
    ...noFailures,
    latencyMs: smoothed(state.latencyMs, nowMs - sentMs),
    answeredMs: nowMs,
  };
}

/** A random time between 0.8 and 1.2 times the given one. */
function jittered(milliseconds: number, random: () => number): number {
  return milliseconds * (0.8 + 0.4 * random());
}
