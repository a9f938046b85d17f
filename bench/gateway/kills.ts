import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/until.ts';
import type { Application } from './applications.ts';
import type { Target } from './load.ts';
import { answerTokens, type Point, points, promptOf } from './marker.ts';
import type { startProvider } from './processes.ts';

/** What a kill cost, over all points and SDKs. */
export interface Kill {
  readonly contender: string;
  readonly killed: 'gateway' | 'worker' | 'Temporal';
  readonly calls: number;
  readonly answered: number;
  /** Requests of each call that the provider worked on, by point; one entry for each SDK. */
  readonly requests: Readonly<Record<Point, readonly number[]>>;
  readonly tokensPaid: number;
  readonly tokensDelivered: number;
  readonly seconds: number;
}

/** Who is killed. */
export interface Victim {
  readonly killed: Kill['killed'];
  readonly pid: number;
  /** Kills it, and starts it again where nobody else can do its work. */
  readonly kill: () => Promise<void>;
}

/** What is under way to the stopped process while it stands still, and a client's start. */
const standStillMs = 3000;
/** What was begun by a dead gateway goes on elsewhere within so long: late requests count too. */
const afterwardsMs = 7000;

/**
 * One kill with calls at all four points, from each SDK at once. The process is stopped first: what the
 * provider then writes reaches its machine and not its mind, and what clients send is not sent on.
 */
export async function strike(
  contender: string,
  target: Target,
  victim: Victim,
  provider: Awaited<ReturnType<typeof startProvider>>,
  applications: Readonly<Record<string, Application>>,
): Promise<Kill> {
  await provider.control('reset');
  const startedMs = performance.now();
  const sdks = Object.keys(applications);
  const idOf = (sdk: string, point: Point) => `${contender} ${victim.killed} ${sdk} ${point}`;
  // Where a gateway's own retry is what is killed, the first attempt was refused.
  const isRefused = victim.killed !== 'gateway';
  const start = (which: readonly Point[]) =>
    Object.entries(applications).map(([sdk, application]) =>
      application(
        target,
        which.map((point) => ({
          prompt: promptOf({ id: idOf(sdk, point), point, isRefused }),
          isStream: point === 'mid-stream',
          // Each has a gate of its own there: eight refusals of one model are an outage.
          model: isRefused ? `${target.model}-${points.indexOf(point)}-${sdk}` : target.model,
        })),
      ),
    );
  const calls = () => provider.control('calls');
  const held = points.filter((point) => point !== 'before sent');
  const under = start(held);
  await until(async () => {
    const at = Object.values(await calls()).filter(({ isAtPoint }) => isAtPoint);
    if (performance.now() - startedMs > 60_000) throw new Error('not all calls reach their points');
    return at.length === held.length * sdks.length || undefined;
  });
  process.kill(victim.pid, 'SIGSTOP');
  await provider.control('record');
  under.push(...start(['before sent']));
  await sleep(standStillMs);
  const isBack = victim.kill();
  await provider.control('calm');
  await isBack;
  const answered = (await Promise.all(under)).flat().filter(Boolean).length;
  const seconds = (performance.now() - startedMs) / 1000;
  await sleep(afterwardsMs);
  const seen = await calls();
  const requestsAt = (point: Point) => sdks.map((sdk) => seen[idOf(sdk, point)]?.requests ?? 0);
  return {
    ...{ contender, killed: victim.killed, calls: sdks.length * points.length, answered, seconds },
    requests: {
      'before sent': requestsAt('before sent'),
      'after sent': requestsAt('after sent'),
      'mid-stream': requestsAt('mid-stream'),
      'before recorded': requestsAt('before recorded'),
    },
    tokensPaid: Object.values(seen).reduce((sum, { tokens }) => sum + tokens, 0),
    tokensDelivered: answered * answerTokens,
  };
}
