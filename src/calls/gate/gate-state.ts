import type { GateSnapshot } from '../../wire/provider-gate.ts';
import type { GateSettings } from './gate-settings.ts';

/**
 * What a worker knows of a provider in any phase. Pure data, changed by the functions of `gate-state`
 * and `request-ended`; times are milliseconds of one clock.
 */
export interface KnownOfProvider {
  readonly inFlight: number;
  /** In flight at most. Kept as a fraction; what counts is its whole part. */
  readonly limit: number;
  /** When there were first as many in flight as the limit allows; infinite since it doubled. */
  readonly filledMs: number;
  /** From here on the limit grows by one a round trip instead of doubling. */
  readonly limitThreshold: number;
  /** No request goes before this: Retry-After, the pause after a decrease, the next probe. */
  readonly notBeforeMs: number;
  /** The rate that was too much the last time; infinite while it is not known. */
  readonly ceilingPerSecond: number;
  /** `ceilingPerSecond` as it was before the current row of failures. */
  readonly ceilingBeforePerSecond: number;
  /**
   * When the rate was last decreased. Requests sent before are of the same burst: they cause no
   * further decrease.
   */
  readonly decreasedMs: number;
  /** Decreases in a row without an answer. */
  readonly roundsInRow: number;
  readonly failuresInRow: number;
  /** The calls that failed in this row; those without a name count as one each. */
  readonly failedCalls: readonly string[];
  /** Smoothed time of an answer; 0 before the first one. */
  readonly latencyMs: number;
  /** The last answer. */
  readonly answeredMs: number;
  /** The last end of a request, or the first request after none was in flight. */
  readonly heardMs: number;
  /** Requests sent in the running second and in the one before: the rate while nothing paces. */
  readonly window: { readonly startMs: number; readonly count: number; readonly before: number };
}

/** It has not limited anything: only the number in flight is limited, and doubles. */
export interface FreeState extends KnownOfProvider {
  readonly phase: 'free';
  readonly phaseSinceMs: number;
}

/** It limited requests, or was down: requests are paced at a rate that adapts. */
export interface LimitedState extends KnownOfProvider {
  readonly phase: 'limited';
  readonly phaseSinceMs: number;
  readonly ratePerSecond: number;
  /** When the pace lets the next request go. */
  readonly nextSendMs: number;
  /** When the rate last grew, or was set. */
  readonly grownMs: number;
  /** Requests since the last decrease; with `resumedMs`, their mean rate. */
  readonly sentSince: number;
  /** When the first of the requests of `sentSince` went. */
  readonly resumedMs: number;
}

/** Nothing goes but one probe at a time. */
export interface DownState extends KnownOfProvider {
  readonly phase: 'down';
  readonly phaseSinceMs: number;
  readonly probeIntervalMs: number;
  readonly isProbing: boolean;
}

/** How a provider stands: each phase has what it needs, and nothing of the others. */
export type GateState = FreeState | LimitedState | DownState;

/** What goes along from one phase to the next. */
export function knownOf(state: GateState): KnownOfProvider {
  const { inFlight, limit, filledMs, limitThreshold, notBeforeMs, latencyMs, answeredMs } = state;
  const { ceilingPerSecond, ceilingBeforePerSecond, decreasedMs, roundsInRow } = state;
  const { failuresInRow, failedCalls, heardMs, window } = state;
  return {
    ...{ inFlight, limit, filledMs, limitThreshold, notBeforeMs, latencyMs, answeredMs },
    ...{ ceilingPerSecond, ceilingBeforePerSecond, decreasedMs, roundsInRow },
    ...{ failuresInRow, failedCalls, heardMs, window },
  };
}

/** After a late timer, so much of the pace may be caught up at once. */
const catchUpMs = 40;
const windowMs = 1000;

/** The state of a provider that nothing is known of. */
export function newGateState(settings: GateSettings, nowMs: number): GateState {
  return {
    phase: 'free',
    phaseSinceMs: nowMs,
    inFlight: 0,
    limit: Math.min(settings.initialLimit, settings.maximumLimit),
    filledMs: Number.POSITIVE_INFINITY,
    limitThreshold: settings.maximumLimit,
    ceilingPerSecond: Number.POSITIVE_INFINITY,
    ceilingBeforePerSecond: Number.POSITIVE_INFINITY,
    notBeforeMs: nowMs,
    decreasedMs: Number.NEGATIVE_INFINITY,
    failuresInRow: 0,
    failedCalls: [],
    roundsInRow: 0,
    latencyMs: 0,
    answeredMs: Number.NEGATIVE_INFINITY,
    heardMs: nowMs,
    window: { startMs: nowMs, count: 0, before: 0 },
  };
}

/**
 * How long until the next request may go, in milliseconds: 0 is now, infinite is "when an answer
 * has come" (the limit in flight is reached, or the probe is under way).
 */
export function gateWaitMs(state: GateState, nowMs: number): number {
  const roomMs = isFull(state) ? roomFromMs(state, nowMs) : nowMs;
  if (state.phase === 'down' && state.isProbing) return Number.POSITIVE_INFINITY;
  const paced = state.phase === 'limited' ? state.nextSendMs : nowMs;
  return Math.max(0, Math.ceil(Math.max(state.notBeforeMs, paced, roomMs) - nowMs));
}

function isFull({ inFlight, limit }: Pick<KnownOfProvider, 'inFlight' | 'limit'>): boolean {
  return inFlight >= Math.max(1, Math.floor(limit));
}

/** An answer that takes longer is not waited for before more calls go. */
const slowAnswerMs = 1000;

/**
 * When the limit doubles: a round trip of 20 s would be two minutes until a thousand calls are in
 * flight, while too many are refused at once. So a provider that takes long, and answers, has
 * shown in a second without a failure that it bears what it has.
 */
function roomFromMs(state: GateState, nowMs: number): number {
  const { phase, latencyMs, answeredMs, failuresInRow, roundsInRow, limit, limitThreshold } = state;
  const { filledMs, phaseSinceMs, decreasedMs } = state;
  const isFine = phase !== 'down' && failuresInRow === 0 && roundsInRow === 0;
  const answers = latencyMs > slowAnswerMs && nowMs - answeredMs < latencyMs;
  const mayGrow = isFine && answers && Math.floor(limit) < limitThreshold;
  const sinceMs = Math.max(filledMs, phaseSinceMs, decreasedMs);
  return mayGrow ? sinceMs + slowAnswerMs : Number.POSITIVE_INFINITY;
}

/** The state after a request went. Only when {@link gateWaitMs} is 0. */
export function requestSent(state: GateState, settings: GateSettings, nowMs: number): GateState {
  const sent = {
    ...taken(state, nowMs),
    heardMs: state.inFlight === 0 ? nowMs : state.heardMs,
    window: counted(state.window, nowMs),
  };
  if (state.phase === 'down') return { ...state, ...sent, isProbing: true };
  if (state.phase === 'free') return { ...state, ...sent };
  const ratePerSecond = grownRate(state, settings, nowMs);
  const spacingMs = 1000 / ratePerSecond;
  return {
    ...state,
    ...sent,
    ratePerSecond,
    sentSince: state.sentSince + 1,
    resumedMs: state.sentSince === 0 ? nowMs : state.resumedMs,
    grownMs: nowMs,
    nextSendMs: Math.max(state.nextSendMs, nowMs - catchUpMs) + spacingMs,
  };
}

/** One more in flight; where the limit was reached, {@link roomFromMs} has let it double. */
function taken(state: GateState, nowMs: number) {
  const isDoubled = isFull(state);
  const limit = isDoubled ? Math.min(state.limit * 2, state.limitThreshold) : state.limit;
  const filledMs = isDoubled ? Number.POSITIVE_INFINITY : state.filledMs;
  const inFlight = state.inFlight + 1;
  const isNowFull = isFull({ inFlight, limit });
  return { inFlight, limit, filledMs: isNowFull ? Math.min(filledMs, nowMs) : filledMs };
}

/** How long the provider has been down; `undefined` while it is not. */
export function downForMs(state: GateState, nowMs: number): number | undefined {
  return state.phase === 'down' ? nowMs - state.phaseSinceMs : undefined;
}

const recentlyMs = 60_000;

/** Whether the provider has answered recently, and has not gone down since. */
export function isAnswering({ phase, answeredMs }: GateState, nowMs: number): boolean {
  return phase !== 'down' && nowMs - answeredMs < recentlyMs;
}

/** Requests in the last second, by a sliding window. */
export function recentRate({ window }: GateState, nowMs: number): number {
  const { startMs, count, before } = moved(window, nowMs);
  return count + before * (1 - (nowMs - startMs) / windowMs);
}

/** A gate's state as metrics and people see it. */
export function snapshotOf(state: GateState, waiting: number, nowMs: number): GateSnapshot {
  const nextInMs = Math.max(0, Math.ceil(state.notBeforeMs - nowMs));
  return {
    state: state.phase === 'down' && state.isProbing ? 'probing' : state.phase,
    forMs: Math.round(nowMs - state.phaseSinceMs),
    limit: Math.max(1, Math.floor(state.limit)),
    inFlight: state.inFlight,
    waiting,
    ...(state.phase === 'limited' && {
      ratePerSecond: Math.round(state.ratePerSecond * 100) / 100,
    }),
    ...(nextInMs > 0 && { nextInMs }),
  };
}

/**
 * The rate after a request. It grows only while it is used: fast while the rate that is too much is
 * unknown or far away, slowly near that, and faster the longer nothing is refused.
 */
function grownRate(state: LimitedState, settings: GateSettings, nowMs: number): number {
  const { ratePerSecond, ceilingPerSecond } = state;
  if (state.roundsInRow > 0) return ratePerSecond;
  const seconds = Math.min((nowMs - state.grownMs) / 1000, 2 / ratePerSecond, 1);
  if (ratePerSecond < settings.nearCeiling * ceilingPerSecond) {
    return ratePerSecond * Math.exp(settings.fastGrowth * Math.max(0, seconds));
  }
  const quiet = (nowMs - state.decreasedMs) / settings.accelerationMs;
  const growth = Math.min(settings.fastGrowth, settings.slowGrowth * (1 + quiet ** 2));
  return ratePerSecond * Math.exp(growth * Math.max(0, seconds));
}

function counted(window: GateState['window'], nowMs: number): GateState['window'] {
  const at = moved(window, nowMs);
  return { ...at, count: at.count + 1 };
}

function moved(window: GateState['window'], nowMs: number): GateState['window'] {
  const passed = Math.floor((nowMs - window.startMs) / windowMs);
  if (passed <= 0) return window;
  const startMs = window.startMs + passed * windowMs;
  return { startMs, count: 0, before: passed === 1 ? window.count : 0 };
}

/** Why a gate holds calls back, a clause for people: it goes after the gate's name. */
export function reasonOf(state: GateState, nowMs: number): string {
  if (state.phase === 'down') return state.isProbing ? 'is down, and is being probed' : 'is down';
  if (state.phase === 'limited') return 'limits requests';
  if (gateWaitMs(state, nowMs) === 0) return 'has used up the rate that is configured for it';
  return 'has as many calls in flight as it may have';
}
