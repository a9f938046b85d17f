import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAttemptLog } from '../calls/attempt-log.ts';
import { createForwardAttempt } from '../calls/forward/forward-attempt.ts';
import { forwardProviders } from '../calls/forward/forward-providers.ts';
import { createRunAttempt } from '../calls/forward/run-attempt.ts';
import { createGates, inFlightByProvider, sameProviders } from '../calls/gate/gates.ts';
import { createProviders } from '../calls/provider/providers.ts';
import { isLoopback } from '../config/trust.ts';
import { type Config, InvalidConfiguration, loadConfig } from '../config.ts';
import { openMigrated } from '../database/open-migrated.ts';
import { errorName } from '../journal/error-name.ts';
import { catalogue, type Policies } from '../policies/catalogue.ts';
import { createLogger } from '../worker/create-logger.ts';
import { exchangeGates } from '../worker/exchange-gates.ts';
import { journalFrom } from '../worker/ledger-from.ts';
import { combineAttemptLogs } from '../worker/open-app.ts';
import { createGateway } from './create-gateway.ts';
import { forwardPolicy, gatewayGates } from './forward-policy.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { createBatching } from './run/client-batches.ts';
import { createListModels } from './run/list-models.ts';
import { listen } from './run/listen.ts';
import { startForward } from './run/start-forward.ts';
import { createSweeper } from './run/sweep.ts';
import { createToProvider } from './run/tell-provider.ts';
import { createTemporal } from './run/temporal.ts';
import { createEndWatch } from './run/wait-for-end.ts';
import { settleAllEnded } from './settle-ended.ts';
import { keyStore } from './store/key-store.ts';
import { leaseStore } from './store/lease-store.ts';
import { requestStore } from './store/request-store.ts';
import type { StoredRequest } from './store/stored-request.ts';

/** What a gateway is served with; everything has a default. */
export interface GatewayOptions {
  /** The environment's otherwise. */
  readonly config?: Config;
  /** Of forwarded calls the policy `model` rules, with its prices; that of the catalogue otherwise. */
  readonly policies?: Policies;
}

/** A gateway that listens. */
export interface ServedGateway {
  readonly url: string;
  /** Takes no new requests, waits for those that are open, and leaves the rest to the others. */
  readonly close: () => Promise<void>;
}

/** How long a gateway may be silent before others go on with what it began. */
const leaseMs = 3000;
const renewEveryMs = 1000;
/** A client that sends its request more slowly is refused; one that takes nothing for so long is gone. */
const slowMs = 30_000;
/** Within so long a stream sends something, be it a comment. */
const keepAliveMs = 10_000;
/** What is kept for days needs no look every second, each of which takes SQLite's write lock. */
const pruneEveryMs = 60_000;

/**
 * Serves the gateway, as configured. Without Temporal it serves what needs one attempt; what needs more
 * waits in its record until Temporal is back.
 *
 * @throws InvalidConfiguration where it would be open to a network without asking for keys.
 */
export async function serveGateway({
  config = loadConfig(),
  policies = catalogue,
}: GatewayOptions = {}): Promise<ServedGateway> {
  const [host = '', port = ''] = config.HOLDFAST_GATEWAY_ADDRESS.split(/:(?=\d+$)/);
  const log = createLogger({ level: config.HOLDFAST_LOG_LEVEL });
  const opened = await openMigrated(
    { databaseUrl: config.DATABASE_URL, sqliteFile: config.HOLDFAST_LEDGER },
    { connections: 10 },
  );
  const keys = keyStore(opened);
  const urlHost = host.includes(':') ? `[${host}]` : host;
  if (!isLoopback(urlHost) && !(await keys.hasAny())) {
    await opened.database.destroy();
    throw new InvalidConfiguration([
      `HOLDFAST_GATEWAY_ADDRESS: ${host} can be reached from elsewhere, and there is no key that the gateway would ask for; make one with \`holdfast keys add --tenant NAME\`, or bind to 127.0.0.1`,
    ]);
  }
  const store = requestStore(opened);
  const leases = leaseStore(opened);
  const gateway = `${process.pid}@${hostname()}-${randomBytes(3).toString('hex')}`;
  await leases.renew(gateway, leaseMs);
  const journal = journalFrom(config, { log });
  const gates = createGates({
    resolves: createProviders(config.providers).resolves,
    settings: gatewayGates(config.HOLDFAST_GATEWAY_MAXIMUM_REQUESTS),
    limits: config.rateLimits,
    rates: journal.rates,
    maximumInFlight: inFlightByProvider(config.providers),
    sameAs: sameProviders(config.providers),
  });
  // The board shows this gateway's gates beside those of workers, and an operator's hold holds here too.
  const stopExchange = await exchangeGates(gates, journal);
  const resolve = forwardProviders(config.providers);
  const watch = createEndWatch(store);
  const temporal = createTemporal(log);
  const policyFor: GatewayDependencies['policyFor'] = (deadlineMs, request) =>
    forwardPolicy(policies.model, deadlineMs, request);

  async function goOn(row: StoredRequest, delayMs = 0): Promise<void> {
    const policy = policyFor(row.deadline_at_ms - row.created_at_ms, row.request);
    try {
      const client = await temporal.client();
      await startForward(client, row, {
        ...{ policy, delayMs, taskQueue: config.HOLDFAST_TASK_QUEUE },
      });
    } catch (error) {
      // The sweep starts it when Temporal is back: its record says that it runs.
      temporal.lost();
      log.error({ event: 'gateway.no-workflow', request: row.id, error: errorName(error) });
    }
  }

  async function stop(id: string): Promise<void> {
    try {
      const client = await temporal.client();
      await client.workflow.getHandle(id).cancel();
    } catch (error) {
      // None was started, or it has ended; one that starts later finds in its record that it is over.
      log.info({ event: 'gateway.not-stopped', request: id, error: errorName(error) });
    }
  }

  const batching = createBatching(opened, { config, policy: policies.model, temporal, log });
  const app = createGateway({
    ...{ store, keys, batching, watch, gateway, log, policyFor, goOn, stop },
    providers: config.providers,
    toProvider: createToProvider(resolve),
    prices: policies.model.prices,
    runAttempt: createRunAttempt({
      gates,
      attempt: createForwardAttempt({ resolve, log }),
      log: combineAttemptLogs(createAttemptLog(log), journal.calls),
    }),
    once: { claims: config.HOLDFAST_GATEWAY_CLAIMS },
    listModels: createListModels(config.providers, resolve),
    isReady: () =>
      leases.living().then(
        () => true,
        () => false,
      ),
    hosts: config.HOLDFAST_GATEWAY_HOSTS?.toLowerCase().split(',') ?? [],
    maximumBodyBytes: config.HOLDFAST_GATEWAY_MAXIMUM_BODY_BYTES,
    maximumInFlight: config.HOLDFAST_GATEWAY_MAXIMUM_REQUESTS,
    patienceMs: slowMs,
    keepAliveMs,
    ...(config.HOLDFAST_UI_URL !== undefined && { uiUrl: config.HOLDFAST_UI_URL }),
  });
  const sweep = createSweeper({ store, goOn, log });
  const keptMs = config.HOLDFAST_GATEWAY_RETENTION_DAYS * 24 * 3_600_000;
  const prune = async () => {
    while ((await store.prune(keptMs)) > 0);
    await keys.pruneUse(await keys.nowMs());
    await journal.rates.prune();
    await batching.prune(keptMs);
  };
  const stops = [
    every(renewEveryMs, () => leases.renew(gateway, leaseMs), log),
    every(renewEveryMs * 2, sweep, log),
    every(renewEveryMs * 2, () => settleAllEnded({ store, keys }), log),
    every(renewEveryMs * 5, batching.sweep, log),
    every(pruneEveryMs, prune, log),
  ];

  const server = await listen(app.fetch, { host, port: Number(port), slowMs });
  const url = `http://${urlHost}:${server.port}`;
  log.info({ event: 'gateway.serving', url }, `the gateway serves ${url}/v1`);
  return {
    url,
    async close() {
      const graceMs = config.HOLDFAST_SHUTDOWN_GRACE_MS;
      const over = sleep(graceMs, undefined, { ref: false });
      await server.close(graceMs);
      // Also what goes on without its client: others would have to pay for it once more.
      await Promise.race([app.idle(), over]);
      for (const stop of stops) stop();
      gates.close();
      await stopExchange();
      await leases.end(gateway).catch(() => {});
      await journal.close();
      await temporal.close();
      await opened.database.destroy();
      log.info({ event: 'gateway.stopped' }, 'stopped');
    },
  };
}

/** Does something again and again, one at a time; what fails is told, and tried again. */
function every(
  intervalMs: number,
  work: () => Promise<void>,
  log: { readonly warn: (line: object) => void },
): () => void {
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await work();
    } catch (error) {
      log.warn({ event: 'gateway.database-away', error: errorName(error) });
    } finally {
      isBusy = false;
    }
  }, intervalMs);
  return () => clearInterval(timer);
}
