import type { Held, HeldWhy } from '../../wire/held.ts';
import type { SharedRates } from '../../wire/shared-rate.ts';
import { createFairLine } from './fair-line.ts';
import type { GateClock } from './gate-clock.ts';
import {
  deferCall,
  isQuietAndInTheWay,
  type ReturnSchedule,
  waitingRoom,
} from './gate-deferral.ts';
import { isLimited, limitsWaitMs, newBuckets, type RateLimits, takeLimits } from './gate-limits.ts';
import type { GateSettings } from './gate-settings.ts';
import {
  downForMs,
  gateWaitMs,
  isAnswering,
  newGateState,
  reasonOf,
  requestSent,
  snapshotOf,
} from './gate-state.ts';
import { type RequestEnd, requestEnded } from './request-ended.ts';
import { createShare } from './shared-limits.ts';

/** What one gate is made from. */
export interface OneGateOptions {
  /** `<provider>:<model>`: what held calls are said to be held by. */
  readonly name: string;
  readonly settings: GateSettings;
  readonly limits: RateLimits;
  /** Where other processes keep to the same limits. */
  readonly rates?: SharedRates | undefined;
  readonly clock: GateClock;
  readonly random: () => number;
  /** Calls that wait in the worker, at all its gates together. */
  readonly room: { waiting: number };
}

/** A call at the gate. */
export interface GateCall {
  readonly fairnessKey: string;
  /** It goes only while no other call waits; those of its key are all like that. */
  readonly isLow?: boolean;
  /** Tokens that it will use at most, by an estimate. */
  readonly tokens: number;
  /** How long it may wait here. */
  readonly capMs: number;
  /** Names the call: one that fails over and over says less than two that fail. */
  readonly call?: string;
  /** How long the call's own outage has lasted, whatever this gate knows; absent without one. */
  readonly outageMs?: number | undefined;
  /** Told when it has to wait here. */
  readonly waits?: (why: Pick<Held, 'gate' | 'reason' | 'untilMs'>) => void;
}

/** What a gate decides about a call: it may go, or is to come back later. */
export type GateDecision =
  | { readonly kind: 'go'; readonly pass: GatePass }
  | {
      readonly kind: 'deferred';
      readonly delayMs: number;
      readonly held: HeldWhy;
      /** How long the provider has been down, as far as this gate knows; absent when it is not. */
      readonly downForMs?: number;
    };

/** Tells the gate how a call that went has ended. */
export interface GatePass {
  /** How long the provider has been down: this call is the probe. */
  readonly downForMs?: number;
  /** Whether the provider has answered any call recently. */
  readonly isAnswering?: () => boolean;
  /** To be called once when the attempt has ended; later calls do nothing. */
  readonly ended: (end: Omit<RequestEnd, 'sentMs' | 'call'>, tokensUsed?: number) => void;
}

interface Waiting extends GateCall {
  readonly decided: (decision: GateDecision) => void;
  stopCap: () => void;
}

/** The gate of one provider (an address with a key) and model. */
export type OneGate = ReturnType<typeof createOneGate>;

/** Makes a gate: line and timers around the arithmetic of `gate-state.ts`, `request-ended.ts`. */
export function createOneGate(options: OneGateOptions) {
  const { name, settings, limits, rates, clock, random, room } = options;
  let state = newGateState(settings, clock.now());
  let buckets = newBuckets(limits, clock.now());
  let schedule: ReturnSchedule = { nextTurnMs: 0 };
  let isClosed = false;
  let tries = 0;
  let stopTimer = () => {};
  let stopWatch = () => {};
  const line = createFairLine<Waiting>(({ isLow }) => isLow === true);
  const share =
    rates && isLimited(limits)
      ? createShare({ account: name, limits, rates }, clock, advance)
      : undefined;

  const waitMs = (call: GateCall, nowMs: number) =>
    Math.max(
      gateWaitMs(state, nowMs),
      limitsWaitMs(buckets, limits, call.tokens, nowMs),
      share?.waitMs(nowMs) ?? 0,
    );

  function leave(waiting: Waiting): void {
    room.waiting -= 1;
    waiting.stopCap();
  }

  const isInTheWay = () => isQuietAndInTheWay(state, settings, line.size(), clock.now());

  /** Sends waiting calls back while the provider is quiet and in the way, and looks again later. */
  function watch(): void {
    stopWatch();
    if (line.size() === 0) return;
    while (isInTheWay()) {
      const other = line.shed();
      if (!other) return;
      leave(other);
      sendBack(other);
    }
    stopWatch = clock.after(settings.quietMs, watch);
  }

  function sendBack(waiting: Waiting): void {
    const nowMs = clock.now();
    const outageMs = isAnswering(state, nowMs) ? 0 : (waiting.outageMs ?? 0);
    const deferral = deferCall(state, settings, schedule, line.size(), nowMs, random, outageMs);
    schedule = deferral.schedule;
    const downMs = isClosed ? undefined : downForMs(state, nowMs);
    waiting.decided({
      kind: 'deferred',
      delayMs: deferral.delayMs,
      held: { gate: name, reason: isClosed ? 'its worker stops' : reasonOf(state, nowMs) },
      ...(downMs !== undefined && { downForMs: downMs }),
    });
  }

  /** Lets all calls go that may, and sets the timer for the next one. */
  function advance(): void {
    stopTimer();
    while (true) {
      // A probe may be paid for in vain: the smallest goes.
      const next = state.phase === 'down' ? line.least(({ tokens }) => tokens) : line.peek();
      if (!next) return;
      const nowMs = clock.now();
      const delayMs = waitMs(next, nowMs);
      if (delayMs > 0) {
        if (Number.isFinite(delayMs)) stopTimer = clock.after(delayMs, advance);
        return;
      }
      if (share && !share.may(next.tokens, line.size())) return;
      share?.goes(next.tokens);
      line.take(next.fairnessKey, next);
      leave(next);
      next.decided({ kind: 'go', pass: pass(next, nowMs) });
    }
  }

  function pass(call: GateCall, sentMs: number): GatePass {
    const downMs = downForMs(state, sentMs);
    const isTry = isAlone(call);
    if (isTry) tries += 1;
    state = requestSent(state, settings, sentMs);
    buckets = takeLimits(buckets, limits, { requests: 1, tokens: call.tokens }, sentMs);
    let isEnded = false;
    return {
      ...(downMs !== undefined && { downForMs: downMs }),
      isAnswering: () => isAnswering(state, clock.now()),
      ended(end, tokensUsed = call.tokens) {
        if (isEnded) return;
        isEnded = true;
        if (isTry) tries -= 1;
        const nowMs = clock.now();
        const unused = { requests: 0, tokens: tokensUsed - call.tokens };
        buckets = takeLimits(buckets, limits, unused, nowMs);
        share?.corrected(unused.tokens);
        state = requestEnded(state, settings, { ...end, sentMs, call: call.call }, nowMs, random);
        advance();
      },
    };
  }

  /** A call in an outage that this gate knows nothing of goes alone, and holds back no other. */
  function isAlone({ outageMs }: GateCall): boolean {
    return outageMs !== undefined && state.phase !== 'down' && !isAnswering(state, clock.now());
  }

  function hasRoom({ fairnessKey }: GateCall): boolean {
    const places = waitingRoom(state, settings);
    const isRoomFull = room.waiting >= settings.maximumWaiting && state.phase !== 'free';
    const hasPlace = line.size() < places && !isRoomFull && !isInTheWay();
    if (hasPlace) return true;
    const other = line.giveWay(fairnessKey);
    if (!other) return false;
    leave(other);
    sendBack(other);
    return true;
  }

  return {
    /** Asks to go. `decided` is called once, perhaps at once. @returns a function that gives up. */
    enter(call: GateCall, decided: (decision: GateDecision) => void): () => void {
      const nowMs = clock.now();
      const waiting: Waiting = { ...call, decided, stopCap: () => {} };
      const goesNow = line.size() === 0 && waitMs(call, nowMs) === 0;
      const isSecondTry = tries > 0 && isAlone(call);
      if (isClosed || isSecondTry || (!goesNow && !hasRoom(call))) {
        sendBack(waiting);
        return () => {};
      }
      const isWaiting = () => line.remove(call.fairnessKey, waiting);
      room.waiting += 1;
      line.push(call.fairnessKey, waiting);
      if (!goesNow || share) {
        call.waits?.({ gate: name, reason: reasonOf(state, nowMs) });
        waiting.stopCap = clock.after(call.capMs, () => {
          if (!isWaiting()) return;
          leave(waiting);
          sendBack(waiting);
          advance();
        });
      }
      advance();
      if (line.size() === 1) watch();
      return () => {
        if (!isWaiting()) return;
        leave(waiting);
        advance();
      };
    },
    /** Sends all waiting calls back to their workflows, and all that come later. */
    close() {
      isClosed = true;
      stopTimer();
      stopWatch();
      for (const waiting of line.drain()) {
        leave(waiting);
        sendBack(waiting);
      }
    },
    snapshot: () => snapshotOf(state, line.size(), clock.now()),
    /** Whether it knows nothing that a new gate would not know, and nobody is here. */
    isIdle: () =>
      state.phase === 'free' &&
      state.inFlight + line.size() === 0 &&
      clock.now() - state.heardMs > settings.forgetMs,
  };
}
