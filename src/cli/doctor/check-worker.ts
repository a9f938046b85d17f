import type { Client } from '@temporalio/client';
import { ClientError, isNotFound } from '../../client/client-error.ts';
import { ledgerOf, type ScopeLedger } from '../../client/ledger.ts';
import { type HealthAnswer, workerHealth } from '../../client/through-worker.ts';
import { scopesFor } from '../../config/scope.ts';
import type { ClientConfig } from '../../config.ts';
import { formatDuration } from '../format.ts';
import { type Check, ok, unknown, wrong } from './check.ts';

/** What only a worker knows: its ledger, its keys, the clocks. */
export async function checkWorker(client: Client, config: ClientConfig): Promise<Check[]> {
  const taskQueue = config.HOLDFAST_TASK_QUEUE;
  const { scope } = scopesFor(config, client.options.namespace);
  const kept = await ledgerOf(client, scope).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  try {
    const answer = await workerHealth(client, { taskQueue });
    return [
      ok('worker', `serves ${taskQueue}, on Node ${answer.health.node}`),
      checkLedger(scope, kept, answer),
      checkKeys(answer),
      checkClocks(answer),
    ];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const words = 'only a worker knows';
    return [
      wrong('worker', `${error.message}; start yours, or one with \`npx holdfast up\``),
      kept
        ? ok('ledger', `${inWords(kept)}, as workers of the scope ${scope} said`)
        : unknown('ledger', words),
      unknown('keys', words),
      unknown('clocks', words),
    ];
  }
}

function checkLedger(
  scope: string,
  kept: ScopeLedger | undefined,
  { health: { ledger, scopes } }: HealthAnswer,
): Check {
  if (!scopes.includes(scope)) {
    return wrong(
      'ledger',
      `the worker serves the scope ${scopes.join(', ')}, and this command asks for ${scope}; give both the same HOLDFAST_SCOPE`,
    );
  }
  if (kept?.id === ledger.id) return ok('ledger', `${inWords(ledger)}, of the scope ${scope}`);
  const other = kept ? `is in ${inWords(kept)}` : 'was given up (`holdfast ledger adopt`)';
  return wrong(
    'ledger',
    `the worker writes to ${inWords(ledger)}, and that of the scope ${scope} ${other}; end all workers, and start those with the right one`,
  );
}

function inWords({ name, id }: { readonly name: string; readonly id: string }): string {
  return `${name} (${id})`;
}

function checkKeys({ health: { keys, missingKeys } }: HealthAnswer): Check {
  if (missingKeys.length === 0) {
    const words = keys.length === 0 ? 'no model needs one' : `the worker has ${keys.join(', ')}`;
    return ok('keys', words);
  }
  const missing = missingKeys.map(({ variable, neededBy }) => `${variable} for ${neededBy}`);
  return wrong(
    'keys',
    `the worker has no ${missing.join(', no ')}; set it where the worker runs, and start that again`,
  );
}

/** A clock that is off by less disturbs nothing. */
const tolerableMs = 2000;

/** Whether all clocks lay between the asking and the answer, by the clock of this machine. */
function checkClocks({ askedAtMs, answeredAtMs, health }: HealthAnswer): Check {
  const read = [
    ['the server', health.serverNowMs],
    ['the worker', health.nowMs],
    ['the database', health.databaseNowMs],
  ] as const;
  const off = read.flatMap(([whose, atMs]) => {
    const byMs = atMs < askedAtMs ? atMs - askedAtMs : Math.max(0, atMs - answeredAtMs);
    if (Math.abs(byMs) < tolerableMs) return [];
    return [
      `that of ${whose} is ${formatDuration(Math.abs(byMs))} ${byMs < 0 ? 'behind' : 'ahead'}`,
    ];
  });
  if (off.length === 0) return ok('clocks', 'server, worker and database agree with this machine');
  return wrong(
    'clocks',
    `compared with this machine's clock, ${off.join(', ')}; let NTP set them all`,
  );
}
