import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { watchWorkflows } from '../../src/cli/watch/watch-workflows.ts';
import { temporalUi } from '../../src/cli/with-client.ts';
import type { WorkflowStatus } from '../../src/client/status.ts';
import { startOrder } from '../../src/orders/start-order.ts';
import { approveParked } from './approve-parked.ts';
import { checkOutside } from './check-outside.ts';
import { crashMidway } from './crash-midway.ts';
import { type DemoOrder, demoOrders } from './demo-orders.ts';
import { demoPolicies } from './demo-policies.ts';
import { trueCharges } from './ground-truth.ts';
import { type Outside, readOutside } from './read-outside.ts';
import { showChecks } from './show-checks.ts';
import type { World } from './world.ts';

/** Orders come in one after the other, not all at once. */
const betweenOrdersMs = 500;
const watchIntervalMs = 400;
/** Something is wrong by then; the counts will say what. */
const patienceMs = 120_000;

/** Workflows with something to see in the Temporal UI. */
const interesting = {
  'order-1003': 'an outage: held, and probed',
  'order-1004': 'a hang, then the killed worker',
  'order-1007': '429 with Retry-After, 503, a person',
  'order-1008': 'broken JSON, a repair, a person',
};

/**
 * Fourteen orders, one crash, three questions to a person, and the count from the outside.
 *
 * @returns whether every count is right.
 */
export async function runOrders(
  world: World,
  say: (line?: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const { client } = world;
  const orders = demoOrders();
  const ids = orders.map(({ orderId }) => orderId);

  say(pc.bold(`${orders.length} orders come in; the worker is killed once in the middle.`));
  // Under the table at a terminal, between the lines elsewhere.
  const footer: string[] = [];
  const tellCrash = process.stdout.isTTY ? (line: string) => void footer.push(line) : say;
  const background = Promise.all([
    startOrders(world, orders, signal),
    crashMidway(world, tellCrash, signal),
  ]);
  const [statuses] = await Promise.all([
    watchUntil(world, ids, isClosedOrParked, footer, signal),
    background,
  ]);

  say();
  const parked = statuses.filter(isParked);
  say(pc.bold(`${parked.length} orders wait for a person. The demo acts as that person:`));
  await approveParked(client, parked, say);
  say();
  const parkedIds = parked.map(({ workflowId }) => workflowId);
  await watchUntil(world, parkedIds, isClosed, [], signal);

  const outside = await readOutside(world, orders);
  const checks = checkOutside(outside, orders, trueCharges);
  say();
  say(pc.bold('Counted from the outside:'));
  say(showChecks(checks));
  sayLosses(outside, say);
  sayLinks(world, say);
  const problems = checks.flatMap((check) => check.problems);
  if (problems.length > 0) say(pc.red(`Wrong: ${problems.join('; ')}.`));
  return problems.length === 0;
}

async function startOrders(
  { client }: World,
  orders: readonly DemoOrder[],
  signal: AbortSignal,
): Promise<void> {
  for (const { orderId, request, model } of orders) {
    await startOrder(client, { request, model, policies: demoPolicies }, { id: orderId });
    await sleep(betweenOrdersMs, undefined, { signal });
  }
}

/** Shows the table of `watch` until all are over in the sense of `isOver`, or it takes too long. */
async function watchUntil(
  { client }: World,
  ids: readonly string[],
  isOver: (status: WorkflowStatus) => boolean,
  footer: readonly string[],
  signal: AbortSignal,
): Promise<readonly WorkflowStatus[]> {
  const over = new AbortController();
  const statuses = await watchWorkflows(client, {
    ids,
    awaitMissing: true,
    intervalMs: watchIntervalMs,
    footer,
    signal: AbortSignal.any([signal, over.signal, AbortSignal.timeout(patienceMs)]),
    onRound: (round) => {
      if (round.missing.length === 0 && round.statuses.every(isOver)) over.abort();
    },
  });
  signal.throwIfAborted();
  return statuses;
}

function isClosed({ status }: WorkflowStatus): boolean {
  return status !== 'RUNNING';
}

function isParked({ status, progress }: WorkflowStatus): boolean {
  return status === 'RUNNING' && progress?.parked !== undefined;
}

function isClosedOrParked(status: WorkflowStatus): boolean {
  return isClosed(status) || isParked(status);
}

/** What the kill cost, named one by one. */
function sayLosses({ attempts, takenOver }: Outside, say: (line: string) => void): void {
  const named = (list: readonly string[]) => (list.length === 0 ? 'none' : list.join('; '));
  say(`    attempts not sent: ${named(attempts.notSent)}`);
  say(`    attempts lost to the kill: ${named(attempts.lost)}`);
  say(`    effects it interrupted, cleared up and done once: ${named(takenOver)}`);
}

function sayLinks({ temporal }: World, say: (line?: string) => void): void {
  const link = temporalUi(temporal.uiUrl, temporal);
  say();
  say(pc.bold('In the Temporal UI:'));
  say(`  ${link()}  all of them`);
  for (const [id, why] of Object.entries(interesting)) say(`  ${link(id)}  ${why}`);
}
