import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CancelAnswer, cancel } from '../../src/client/cancel.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { resolvePolicies } from '../../src/policies/resolve-policies.ts';
import { customer } from '../support/start-test-order.ts';
import type { Step } from './schedule.ts';
import type { ChaosWorld, Mortal } from './world.ts';

/** What persons were told when they cancelled, by order. */
export type Told = Map<string, CancelAnswer>;

const againMs = 250;
/** Of an order's effects: the run is as long as the longest of them. */
const soon = { initialIntervalMs: 200, maximumIntervalMs: 2000, requestTimeoutMs: 3000 };

/** Does what the schedule says, each step at its time, and returns when all of it is over. */
export async function actAll(
  world: ChaosWorld,
  steps: readonly Step[],
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const startedMs = performance.now();
  const done: Promise<void>[] = [];
  for (const step of steps) {
    await sleep(Math.max(0, startedMs + step.atMs - performance.now()), undefined, { signal });
    if (step.kind === 'start' || step.kind === 'cancel' || step.kind === 'cut') {
      done.push(act(world, step, told, signal));
      continue;
    }
    const victim = world.processes[step.what];
    if (victim === undefined) throw new Error(`there is no ${step.what} to ${step.kind}`);
    // Who comes up again slowly is not struck before that.
    const strike = (busy.get(step.what) ?? Promise.resolve()).then(() =>
      strikeOne(victim, step.kind, step.forMs),
    );
    busy.set(step.what, strike);
    done.push(strike);
  }
  await Promise.all(done);
}

async function act(
  world: ChaosWorld,
  step: Extract<Step, { kind: 'start' | 'cancel' | 'cut' }>,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'cut':
      return world.wires[step.wire].cutAt(step.atByte);
    case 'start':
      await untilAnswered(signal, () => start(world, step.order));
      return;
    case 'cancel': {
      if (step.whenCharged) await untilCharged(world, step.order, signal);
      // Its start may still be asked for.
      const answer = await untilAnswered(signal, () => cancel(world.client, step.order));
      told.set(step.order, answer);
    }
  }
}

/** Looks at Stripe itself, as often as catches an order whose ticket is still to be opened. */
async function untilCharged({ sandbox }: ChaosWorld, order: string, signal: AbortSignal) {
  for (;;) {
    signal.throwIfAborted();
    const payments = await sandbox.stripe.paymentIntents();
    if (payments.some(({ metadata }) => metadata.holdfast_order === order)) return;
    await sleep(50);
  }
}

function start({ client }: ChaosWorld, id: string) {
  const policies = resolvePolicies({ database: soon, payment: soon, ticket: soon });
  const request = { email: `${id}: one lamp, please`, customer };
  return startOrder(client, { request, model: 'openai:gpt-4o-mini', policies }, { id });
}

/** A person whose command fails types it again. */
async function untilAnswered<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch {
      await sleep(againMs);
    }
  }
}

async function strikeOne(victim: Mortal, kind: 'kill' | 'pause', forMs: number): Promise<void> {
  if (kind === 'kill') {
    await victim.kill();
    await sleep(forMs);
    return victim.restart();
  }
  const stopped = family(victim.pid());
  signalAll(stopped, 'SIGSTOP');
  await sleep(forMs);
  signalAll(stopped, 'SIGCONT');
}

/** A process with its children: PostgreSQL has one for each connection. */
function family(pid: number): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim();
  const pairs = rows.split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  return [pid, ...pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))];
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
