import { setTimeout as sleep } from 'node:timers/promises';
import { demoFaults } from '../sandbox/demo-faults.ts';
import type { DecideModelFault } from '../sandbox/fault-plan.ts';
import { delay } from '../sandbox/wire-fault.ts';
import type { World } from './world.ts';

/** The call whose first request hangs; the worker dies during its second. */
const victim = 'order-1004/extract';
const victimsRequest = 2;

const pollMs = 25;
const patienceMs = 60_000;
/** The request is well under way by then. */
const intoTheRequestMs = 500;
/** As long as a supervisor takes to notice. */
const restartAfterMs = 1000;

/** The demo's faults; the request during which the worker is killed is answered slowly. */
export const faultsWithCrash: DecideModelFault = (context) =>
  context.requestId === victim && context.nthForThisCall === victimsRequest
    ? delay(intoTheRequestMs * 4)
    : demoFaults(context);

/**
 * Kills the worker while the provider works on a request, and starts another. Returns when that one
 * serves.
 *
 * @param say tells what happens, a sentence each.
 */
export async function crashMidway(
  world: World,
  say: (sentence: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { sandbox } = world;
  const deadlineMs = Date.now() + patienceMs;
  while (sandbox.model.requestsFor(victim).length < victimsRequest) {
    if (Date.now() > deadlineMs) throw new Error(`no request ${victimsRequest} of ${victim} came`);
    await sleep(pollMs, undefined, { signal });
  }
  await sleep(intoTheRequestMs, undefined, { signal });
  const { pid } = world.worker();
  await world.crashWorker();
  say(`SIGKILL to the worker (pid ${pid}) while the provider works on a request of ${victim}.`);
  await sleep(restartAfterMs, undefined, { signal });
  await world.restartWorker();
  say(`Another worker (pid ${world.worker().pid}) serves; workflows go on where they were.`);
}
