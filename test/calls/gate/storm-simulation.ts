import { mostInASecond } from '../../../dev/most-in-a-second.ts';
import type { RateLimits } from '../../../src/calls/gate/gate-limits.ts';
import { defaultGateSettings, type GateSettings } from '../../../src/calls/gate/gate-settings.ts';
import { createOneGate, type OneGate } from '../../../src/calls/gate/one-gate.ts';
import { catalogue } from '../../../src/policies/catalogue.ts';
import { decideRetry } from '../../../src/policies/decide-retry.ts';
import { createVirtualClock } from '../../support/virtual-clock.ts';

/** A storm: many calls start together while the provider is down. */
export interface Storm {
  readonly calls: number;
  readonly workers: number;
  readonly ratePerSecond: number;
  /** Size of the provider's bucket, in seconds of its rate. */
  readonly burstSeconds: number;
  readonly downMs: number;
  readonly retryAfter: boolean;
  readonly seed: number;
  readonly limits?: RateLimits;
  readonly settings?: Partial<GateSettings>;
  /** Attempts and waits that Temporal has slots for in one worker. */
  readonly slots?: number;
  readonly gateCapMs?: number;
  /** A worker is replaced so often, one after the other: the new one knows nothing. */
  readonly restartMs?: number;
  /** The same by SIGKILL: what it had taken is missed, and done again, when its heartbeats have failed. */
  readonly killMs?: number;
}

interface Call {
  readonly name: string;
  /** Used by now; a probe that failed at no cost is none. */
  attempts: number;
  failures: number;
  outageSinceMs?: number;
}

/** What the provider and the callers saw. */
export interface StormResult {
  readonly requestsPerCall: number;
  /** Time to finish over the ideal: the outage, then every second used to the full. */
  readonly timeOverIdeal: number;
  /** Most requests in any second after recovery, over capacity. */
  readonly peakOverCapacity: number;
  readonly lost: number;
  /** Answers a second over capacity, from recovery until 95% are done. */
  readonly use: number;
  readonly sentWhileDown: number;
  readonly rejected: number;
  readonly mostAttempts: number;
  readonly deferrals: number;
}

const answerMs = 300;
const dispatchMs = 20;
/** The catalogue's, and the longest first wait before what was lost is tried again. */
const heartbeatTimeoutMs = catalogue.model.heartbeatTimeoutMs;

/** mulberry32: the same storm for the same seed. */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs a storm on a virtual clock: real gates, the real policy, a simulated provider. */
export function simulateStorm(storm: Storm): StormResult {
  const clock = createVirtualClock();
  const random = seededRandom(storm.seed);
  const policy = catalogue.model;
  const settings = { ...defaultGateSettings, ...storm.settings };
  const slots = storm.slots ?? 100;

  // The provider: a token bucket that rejected requests count against.
  const size = Math.max(1, storm.ratePerSecond * storm.burstSeconds);
  let level = size;
  let filledMs = 0;
  const arrivals: number[] = [];
  const answersMs: number[] = [];
  let sentWhileDown = 0;
  let rejected = 0;
  const ask = (): 'ok' | 'limited' | 'down' => {
    const nowMs = clock.now();
    if (nowMs < storm.downMs) {
      sentWhileDown += 1;
      return 'down';
    }
    arrivals.push(nowMs);
    level = Math.min(size, level + ((nowMs - filledMs) * storm.ratePerSecond) / 1000);
    filledMs = nowMs;
    const has = level >= 1;
    level = Math.max(0, level - 1);
    if (has) return 'ok';
    rejected += 1;
    return 'limited';
  };

  const queue: Call[] = [];
  let done = 0;
  let lost = 0;
  let deferrals = 0;
  let mostAttempts = 0;
  let finishedMs = 0;
  const free = Array.from({ length: storm.workers }, () => slots);
  const newGate = () =>
    createOneGate({
      name: 'openai:gpt-4o-mini',
      settings,
      limits: storm.limits ?? {},
      clock,
      random,
      room: { waiting: 0 },
    });
  const gates: OneGate[] = Array.from({ length: storm.workers }, newGate);
  /** What each worker has taken; a call that is in it no more was lost with a worker. */
  const taken = Array.from({ length: storm.workers }, () => new Set<Call>());
  let replaced = 0;
  const replaceMs = storm.killMs ?? storm.restartMs;
  function replaceOne(): void {
    const worker = replaced++ % storm.workers;
    gates[worker]?.close();
    gates[worker] = newGate();
    if (storm.killMs !== undefined) {
      for (const call of taken[worker] ?? []) clock.after(heartbeatTimeoutMs, () => enqueue(call));
      taken[worker] = new Set();
      free[worker] = slots;
    }
    clock.after(replaceMs ?? 0, replaceOne);
  }
  if (replaceMs !== undefined) clock.after(replaceMs, replaceOne);

  function outageOf({ failures, outageSinceMs }: Call, isAnswering = false) {
    if (outageSinceMs === undefined) return { failures, billed: 0 };
    return { failures, billed: 0, forMs: isAnswering ? 0 : clock.now() - outageSinceMs };
  }

  function isInOutage(call: Call, forMs: number | undefined): void {
    if (forMs !== undefined) call.outageSinceMs ??= clock.now() - forMs;
  }

  function enqueue(call: Call): void {
    queue.push(call);
    dispatch();
  }

  function dispatch(): void {
    while (queue.length > 0) {
      const worker = free.indexOf(Math.max(...free));
      if ((free[worker] ?? 0) === 0) return;
      const call = queue.shift();
      if (call) run(call, worker);
    }
  }

  function run(call: Call, worker: number): void {
    free[worker] = (free[worker] ?? 0) - 1;
    const ours = taken[worker];
    ours?.add(call);
    const isLost = () => ours !== taken[worker];
    const release = () => {
      ours?.delete(call);
      free[worker] = (free[worker] ?? 0) + 1;
      dispatch();
    };
    clock.after(dispatchMs, () => {
      if (isLost()) return;
      gates[worker]?.enter(
        {
          fairnessKey: '',
          tokens: 0,
          capMs: storm.gateCapMs ?? 30_000,
          call: call.name,
          outageMs: outageOf(call).forMs,
        },
        (verdict) => {
          if (isLost()) return;
          if (verdict.kind === 'deferred') {
            deferrals += 1;
            isInOutage(call, verdict.downForMs);
            clock.after(verdict.delayMs, () => enqueue(call));
            return release();
          }
          clock.after(10, () => {
            if (isLost()) return;
            const outcome = ask();
            const tookMs = outcome === 'ok' ? answerMs * (0.7 + 0.6 * random()) : 20;
            clock.after(tookMs, () => {
              if (isLost()) return;
              if (outcome === 'ok') {
                verdict.pass.ended({ signal: 'answered' });
                done += 1;
                answersMs.push(clock.now());
                finishedMs = clock.now();
              } else {
                const isLimited = outcome === 'limited';
                isInOutage(call, verdict.pass.downForMs);
                const isAnswering = verdict.pass.isAnswering?.() === true;
                const waitMs = isLimited ? 1000 : 5000;
                const retryAfterMs = storm.retryAfter ? waitMs : undefined;
                verdict.pass.ended({ signal: isLimited ? 'limited' : 'overloaded', retryAfterMs });
                const decision = decideRetry(
                  policy,
                  {
                    type: isLimited ? 'RateLimited' : 'Overloaded',
                    attempt: call.attempts + 1,
                    retryAfterMs,
                    sent: true,
                    outage: outageOf(call, isAnswering),
                  },
                  random,
                );
                const { hold } = decision.retry ? decision : {};
                call.failures += 1;
                if (!hold?.isFree) call.attempts += 1;
                isInOutage(call, hold?.outage.forMs);
                mostAttempts = Math.max(mostAttempts, call.attempts);
                if (decision.retry) clock.after(decision.delayMs, () => enqueue(call));
                else lost += 1;
              }
              release();
            });
          });
        },
      );
    });
  }

  for (let index = 0; index < storm.calls; index += 1) {
    queue.push({ name: `call-${index}`, attempts: 0, failures: 0 });
  }
  dispatch();
  while (done + lost < storm.calls && clock.step());

  const idealMs = storm.downMs + (storm.calls / storm.ratePerSecond) * 1000;
  const nearlyAll = Math.floor(answersMs.length * 0.95);
  const nearlyAllMs = answersMs[nearlyAll - 1] ?? 0;
  return {
    requestsPerCall: (arrivals.length + sentWhileDown) / storm.calls,
    timeOverIdeal: finishedMs / idealMs,
    peakOverCapacity: mostInASecond(arrivals) / storm.ratePerSecond,
    lost: storm.calls - done,
    use: nearlyAll / (storm.ratePerSecond * ((nearlyAllMs - storm.downMs) / 1000)),
    sentWhileDown,
    rejected,
    mostAttempts,
    deferrals,
  };
}
