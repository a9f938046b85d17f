import { actAll, type Told } from './act.ts';
import { type Count, countOutside } from './count.ts';
import { operate, untilEnded } from './operate.ts';
import { describeStep, type Size, type Step, scheduleOf } from './schedule.ts';
import { startChaosWorld } from './world.ts';

/** What `npm run test:chaos` runs. */
export const wholeRun: Size = {
  orders: 50,
  cancels: 8,
  strikes: 10,
  cuts: 12,
  overMs: 60_000,
  workers: 2,
};

const settleMs = 5 * 60_000;

/** Runs what follows from a seed, or a schedule in its place, and counts what came of it. */
export async function runChaos(
  seed: number,
  size: Size,
  say: (line: string) => void,
  steps: readonly Step[] = scheduleOf(seed, size),
): Promise<Count> {
  for (const step of steps) say(describeStep(step));
  const starts = steps.filter((step) => step.kind === 'start');
  const ids = starts.map(({ order }) => order);
  const large = new Set(starts.flatMap((each) => (each.needsApproval ? [each.order] : [])));
  await using cleanups = new AsyncDisposableStack();
  const amountOf = (order: string) => (large.has(order) ? '900.00' : '12.00');
  const world = await startChaosWorld(seed, size.workers, amountOf, cleanups);
  if (!world.hasPgBouncer)
    say('PgBouncer is not on this machine: the workers reach PostgreSQL itself');
  const over = new AbortController();
  cleanups.defer(() => over.abort());
  const told: Told = new Map();
  const operating = operate(world, over.signal);
  await actAll(world, steps, told, over.signal);
  say('all of it has happened; what is under way may end');
  const open = await untilEnded(world.client, ids, settleMs);
  over.abort();
  await operating;
  const cuts = Object.entries(world.wires).map(([name, { cuts }]) => `${name} ${cuts()}`);
  say(`connections cut: ${cuts.join(', ')}`);
  const count = await countOutside(world, ids, told);
  return { ...count, wrong: [...count.wrong, ...open.map((id) => `not ended in time: ${id}`)] };
}
