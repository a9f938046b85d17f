import type { Held } from '../../wire/held.ts';
import type { GateSnapshot } from '../../wire/provider-gate.ts';
import { createFairLine } from './fair-line.ts';
import type { GateClock } from './gate-clock.ts';
import { deferCall, type ReturnSchedule, waitingRoom } from './gate-deferral.ts';
import { limitsWaitMs, newBuckets, type RateLimits, takeLimits } from './gate-limits.ts';
import { isQuietAndInTheWay } from './gate-quiet.ts';
import { reasonOf } from './gate-reason.ts';
import type { GateSettings } from './gate-settings.ts';
import { gateWaitMs, newGateState, requestSent, snapshotOf } from './gate-state.ts';
import { type RequestEnd, requestEnded } from './request-ended.ts';

/** What one gate is made from. */
export interface OneGateOptions {
  /** `<provider>:<model>`: what held calls are said to be held by. */
  readonly name: string;
  readonly settings: GateSettings;
  readonly limits: RateLimits;
  readonly clock: GateClock;
  readonly random: () => number;
  /** Calls that wait in the worker, at all its gates together. */
  readonly room: { waiting: number };
}

/** A call at the gate. */
export interface GateCall {
  readonly fairnessKey: string;
  /** Tokens that it will use at most, by an estimate. */
  readonly tokens: number;
  /** How long it may wait here. */
  readonly capMs: number;
  /** Told when it has to wait here. */
  readonly waits?: (why: Pick<Held, 'gate' | 'reason' | 'untilMs'>) => void;
}

/** What a gate decides about a call: it may go, or is to come back later. */
export type GateDecision =
  | { readonly kind: 'go'; readonly pass: GatePass }
  | {
      readonly kind: 'deferred';
      readonly delayMs: number;
      readonly held: Pick<Held, 'gate' | 'reason'>;
      /** The provider is down, as far as this gate knows; absent when it just has no room. */
      readonly isDown?: true;
    };

/** Tells the gate how a call that went has ended. */
export interface GatePass {
  /** To be called once when the attempt has ended; later calls do nothing. */
  readonly ended: (end: Omit<RequestEnd, 'sentMs'>, tokensUsed?: number) => void;
}

interface Waiting extends GateCall {
  readonly decided: (decision: GateDecision) => void;
  readonly sinceMs: number;
  stopCap: () => void;
}

/** The gate of one provider (an address with a key) and model. */
export interface OneGate {
  /** Asks to go. `decided` is called once, perhaps at once. @returns a function that gives up. */
  readonly enter: (call: GateCall, decided: (decision: GateDecision) => void) => () => void;
  /** Sends all waiting calls back to their workflows, and all that come later. */
  readonly close: () => void;
  readonly snapshot: () => GateSnapshot;
}

/** Makes a gate: line and timers around the arithmetic of `gate-state.ts`, `request-ended.ts`. */
export function createOneGate(options: OneGateOptions): OneGate {
  const { name, settings, limits, clock, random, room } = options;
  let state = newGateState(settings, clock.now());
  let buckets = newBuckets(limits, clock.now());
  let schedule: ReturnSchedule = { nextTurnMs: 0 };
  let isClosed = false;
  let stopTimer = () => {};
  let stopWatch = () => {};
  const line = createFairLine<Waiting>();

  const waitMs = (call: GateCall, nowMs: number) =>
    Math.max(gateWaitMs(state, nowMs), limitsWaitMs(buckets, limits, call.tokens, nowMs));

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
    const deferral = deferCall(state, settings, schedule, line.size(), clock.now(), random);
    schedule = deferral.schedule;
    const isDown = state.phase === 'down' && !isClosed;
    waiting.decided({
      kind: 'deferred',
      delayMs: deferral.delayMs,
      held: { gate: name, reason: isClosed ? 'its worker stops' : reasonOf(state) },
      ...(isDown && { isDown }),
    });
  }

  /** Lets all calls go that may, and sets the timer for the next one. */
  function advance(): void {
    stopTimer();
    while (true) {
      const next = line.peek();
      if (!next) return;
      const nowMs = clock.now();
      const delayMs = waitMs(next, nowMs);
      if (delayMs > 0) {
        if (Number.isFinite(delayMs)) stopTimer = clock.after(delayMs, advance);
        return;
      }
      line.shift();
      leave(next);
      next.decided({ kind: 'go', pass: pass(next, nowMs) });
    }
  }

  function pass(call: GateCall, sentMs: number): GatePass {
    state = requestSent(state, settings, sentMs);
    buckets = takeLimits(buckets, limits, { requests: 1, tokens: call.tokens }, sentMs);
    let isEnded = false;
    return {
      ended(end, tokensUsed = call.tokens) {
        if (isEnded) return;
        isEnded = true;
        const nowMs = clock.now();
        const unused = { requests: 0, tokens: tokensUsed - call.tokens };
        buckets = takeLimits(buckets, limits, unused, nowMs);
        state = requestEnded(state, settings, { ...end, sentMs }, nowMs, random);
        advance();
      },
    };
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
    enter(call, decided) {
      const sinceMs = clock.now();
      const waiting: Waiting = { ...call, decided, sinceMs, stopCap: () => {} };
      const goesNow = line.size() === 0 && waitMs(call, sinceMs) === 0;
      if (isClosed || (!goesNow && !hasRoom(call))) {
        sendBack(waiting);
        return () => {};
      }
      const isWaiting = () => line.remove(call.fairnessKey, waiting);
      room.waiting += 1;
      line.push(call.fairnessKey, waiting);
      if (!goesNow) {
        call.waits?.({ gate: name, reason: reasonOf(state) });
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
  };
}
