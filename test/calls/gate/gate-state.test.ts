import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bucketLimit,
  bucketWaitMs,
  fullBucket,
  takeFrom,
} from '../../../src/calls/gate/gate-bucket.ts';
import { deferCall } from '../../../src/calls/gate/gate-deferral.ts';
import { defaultGateSettings as settings } from '../../../src/calls/gate/gate-settings.ts';
import { signalOf } from '../../../src/calls/gate/gate-signal.ts';
import {
  type GateState,
  gateWaitMs,
  newGateState,
  requestSent,
} from '../../../src/calls/gate/gate-state.ts';
import { type RequestEnd, requestEnded } from '../../../src/calls/gate/request-ended.ts';

const half = () => 0.5;
const send = (state: GateState, nowMs: number) => requestSent(state, settings, nowMs);
const end = (state: GateState, answer: RequestEnd, nowMs: number) =>
  requestEnded(state, settings, answer, nowMs, half);

/** The pace, where there is one. */
function rateOf(state: GateState): number | undefined {
  return state.phase === 'limited' ? state.ratePerSecond : undefined;
}

/** A gate after so many answers of one kind, one after the other, 100 ms each. */
function after(signals: readonly RequestEnd['signal'][], start = newGateState(settings, 0)) {
  return signals.reduce(
    ({ state, nowMs }, signal) => ({
      state: end(send(state, nowMs), { signal, sentMs: nowMs }, nowMs + 100),
      nowMs: nowMs + 100,
    }),
    { state: start, nowMs: 0 },
  );
}

describe('a gate', () => {
  test('lets a provider that never complained have as many as its limit, at once', () => {
    let state = newGateState(settings, 0);
    for (let call = 0; call < 20; call += 1) {
      assert.equal(gateWaitMs(state, 0), 0);
      state = send(state, 0);
    }
    assert.equal(gateWaitMs(state, 0), Number.POSITIVE_INFINITY);
  });
  test('does not wait for answers that take long: a limit that is used doubles each second', () => {
    const wide = { ...settings, maximumLimit: 900 };
    const sendWide = (state: GateState, atMs: number) => requestSent(state, wide, atMs);
    const answer = (state: GateState, atMs: number, sentMs = 0) =>
      requestEnded(state, wide, { signal: 'answered', sentMs }, atMs, half);
    let slow = newGateState(wide, 0);
    for (let call = 0; call < 20; call += 1) slow = sendWide(slow, 0);
    assert.equal(gateWaitMs(slow, 19_999), Number.POSITIVE_INFINITY, 'nothing is known of it yet');
    for (let call = 0; call < 20; call += 1) slow = answer(slow, 20_000);
    const limits: [number, number][] = [];
    let nowMs = 20_000;
    for (; slow.inFlight < 900; slow = sendWide(slow, nowMs)) {
      const waitMs = gateWaitMs(slow, nowMs);
      if (waitMs > 0) limits.push([nowMs, slow.inFlight]);
      nowMs += waitMs;
    }
    assert.deepEqual(limits, [
      [20_000, 42],
      [21_000, 84],
      [22_000, 168],
      [23_000, 336],
      [24_000, 672],
    ]);
    assert.equal(gateWaitMs(slow, 26_000), Number.POSITIVE_INFINITY, 'that is all it may have');
    let quick = newGateState(wide, 0);
    for (let call = 0; call < 20; call += 1) quick = sendWide(quick, 0);
    quick = sendWide(sendWide(answer(quick, 200), 200), 200);
    assert.equal(gateWaitMs(quick, 2000), Number.POSITIVE_INFINITY, 'its next answer says more');
  });
  test('waits for answers that take long once one has failed, or none has come for as long', () => {
    let state = newGateState(settings, 0);
    for (let call = 0; call < 20; call += 1) state = send(state, 0);
    const answered = end(state, { signal: 'answered', sentMs: 0 }, 5000);
    const full = send(send(answered, 5000), 5000);
    assert.equal(gateWaitMs(full, 5000), 0, 'it has borne as many for five seconds');
    assert.equal(gateWaitMs(full, 10_000), Number.POSITIVE_INFINITY);
    const failed = send(end(full, { signal: 'broken', sentMs: 0 }, 5001), 5001);
    assert.equal(gateWaitMs(failed, 7000), Number.POSITIVE_INFINITY);
  });
  test('holds everybody back for as long as one was told to wait', () => {
    const sent = send(newGateState(settings, 0), 0);
    const told = end(sent, { signal: 'limited', sentMs: 0, retryAfterMs: 7000 }, 100);
    assert.equal(gateWaitMs(told, 100), 7000);
    assert.equal(gateWaitMs(told, 7100), 0);
  });
  test('holds nobody back for longer than five minutes for it', () => {
    const sent = send(newGateState(settings, 0), 0);
    const told = end(sent, { signal: 'limited', sentMs: 0, retryAfterMs: 36_000_000 }, 0);
    assert.equal(gateWaitMs(told, 0), 300_000);
  });
  test('slows down once for all failures of one burst', () => {
    let state = newGateState(settings, 0);
    for (let call = 0; call < 10; call += 1) state = send(state, 0);
    state = end(state, { signal: 'limited', sentMs: 0 }, 100);
    assert.equal(rateOf(state), 7);
    state = end(state, { signal: 'limited', sentMs: 0 }, 101);
    assert.equal(rateOf(state), 7);
  });
  test('takes five failures in a row for an outage, four not', () => {
    assert.equal(after(['broken', 'broken', 'broken', 'broken']).state.phase, 'free');
    assert.equal(after(['broken', 'broken', 'broken', 'broken', 'broken']).state.phase, 'down');
  });
  test('does not take refused keys for an outage', () => {
    const { state } = after(['broken', 'broken', 'answered', 'broken', 'broken', 'answered']);
    assert.equal(state.phase, 'free');
  });
  test('probes with one call, less often each time, up to every three seconds', () => {
    let { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    const waits: number[] = [];
    for (let probe = 0; probe < 5; probe += 1) {
      const waitMs = gateWaitMs(state, nowMs);
      waits.push(waitMs);
      nowMs += waitMs;
      state = send(state, nowMs);
      assert.equal(gateWaitMs(state, nowMs), Number.POSITIVE_INFINITY, 'one probe at a time');
      state = end(state, { signal: 'overloaded', sentMs: nowMs }, nowMs);
    }
    assert.deepEqual(waits, [1000, 2000, 3000, 3000, 3000]);
  });
  test('after an answered probe the rest follows by rate', () => {
    let { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    nowMs += 1000;
    state = end(send(state, nowMs), { signal: 'answered', sentMs: nowMs }, nowMs + 100);
    assert.equal(state.phase, 'limited');
    state = send(state, nowMs + 100);
    assert.equal(gateWaitMs(state, nowMs + 100), 200, 'five a second');
  });
  test('a cancelled probe leaves room for the next', () => {
    let { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    nowMs += 1000;
    state = end(send(state, nowMs), { signal: 'unknown', sentMs: nowMs }, nowMs);
    assert.deepEqual([state.phase, gateWaitMs(state, nowMs)], ['down', 0]);
  });
  test('what was sent before the outage does not end it', () => {
    let { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    state = end({ ...state, inFlight: 1 }, { signal: 'answered', sentMs: 0 }, nowMs);
    assert.equal(state.phase, 'down');
  });
});

describe('what an attempt tells about the provider', () => {
  for (const [type, sent, signal] of [
    ['RateLimited', true, 'limited'],
    ['Overloaded', true, 'overloaded'],
    ['Timeout', true, 'broken'],
    ['ConnectionFailed', false, 'broken'],
    ['InvalidCredentials', true, 'answered'],
    ['InvalidCredentials', false, 'unknown'],
    ['QuotaExhausted', true, 'answered'],
  ] as const) {
    test(`${type}, sent: ${sent} -> ${signal}`, () =>
      assert.equal(signalOf({ type, sent }), signal));
  }
  test('a 503 or 529 is an outage also where it forbids to retry this request', () => {
    assert.equal(signalOf({ type: 'InvalidRequest', status: 503, sent: true }), 'overloaded');
    assert.equal(signalOf({ type: 'InvalidRequest', status: 529, sent: true }), 'overloaded');
    assert.equal(signalOf({ type: 'InvalidRequest', status: 400, sent: true }), 'answered');
  });
});

describe('a limit known beforehand', () => {
  const limit = bucketLimit(600);
  test('600 a minute: two at once, then one every 100 ms', () => {
    let bucket = fullBucket(limit, 0);
    assert.equal(bucketWaitMs(bucket, limit, 1, 0), 0);
    bucket = takeFrom(takeFrom(bucket, limit, 1, 0), limit, 1, 0);
    assert.equal(bucketWaitMs(bucket, limit, 1, 0), 100);
    assert.equal(bucketWaitMs(bucket, limit, 1, 100), 0);
  });
  test('what is larger than the bucket goes when it is full, and leaves a debt', () => {
    const bucket = takeFrom(fullBucket(limit, 0), limit, 12, 0);
    assert.equal(bucketWaitMs(bucket, limit, 12, 0), 1200);
  });
});

describe('calls that are sent back', () => {
  test('come back one after the other, not all at once', () => {
    let schedule = { nextTurnMs: 0 };
    const { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    const delays: number[] = [];
    for (let call = 0; call < 1000; call += 1) {
      const deferral = deferCall(state, settings, schedule, 10, nowMs, half);
      schedule = deferral.schedule;
      delays.push(deferral.delayMs);
    }
    for (let second = 0; second < 15; second += 1) {
      const back = delays.filter((delay) => Math.floor(delay / 1000) === second).length;
      // 35 a second while the rate is unknown, and a quarter more.
      assert.ok(back <= 44, `${back} come back in second ${second}`);
    }
    assert.ok(Math.max(...delays) <= 30_500 && Math.min(...delays) >= 1000);
  });

  test('sleep for a fifteenth of the outage so far, ten minutes at most', () => {
    const { state, nowMs } = after(Array.from({ length: 5 }, () => 'overloaded' as const));
    const delayAfter = (minutes: number) =>
      deferCall(state, settings, { nextTurnMs: 0 }, 0, nowMs + minutes * 60_000, half).delayMs;
    assert.ok(delayAfter(60) >= 240_000 && delayAfter(60) < 242_000, `${delayAfter(60)}`);
    assert.ok(delayAfter(300) >= 600_000 && delayAfter(300) < 602_000, `${delayAfter(300)}`);
  });

  test('also where this worker knows nothing of the outage, only the call does', () => {
    const known = deferCall(
      newGateState(settings, 0),
      settings,
      { nextTurnMs: 0 },
      0,
      1000,
      half,
      3_600_000,
    );
    assert.ok(known.delayMs >= 240_000 && known.delayMs < 242_000, `${known.delayMs}`);
  });
});
