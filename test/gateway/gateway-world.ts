import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { clientBatchStore } from '../../src/batch/files/client-batch-store.ts';
import { fileStore } from '../../src/batch/files/file-store.ts';
import { batchStore } from '../../src/batch/store/batch-store.ts';
import { createAttemptLog } from '../../src/calls/attempt-log.ts';
import { createForwardAttempt } from '../../src/calls/forward/forward-attempt.ts';
import { createRunAttempt } from '../../src/calls/forward/run-attempt.ts';
import { createGates } from '../../src/calls/gate/gates.ts';
import { migrate } from '../../src/database/migrations.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { createGateway } from '../../src/gateway/create-gateway.ts';
import { gatewayGates } from '../../src/gateway/forward-policy.ts';
import type { GatewayDependencies } from '../../src/gateway/gateway-dependencies.ts';
import { listen } from '../../src/gateway/run/listen.ts';
import { createToProvider } from '../../src/gateway/run/tell-provider.ts';
import { createEndWatch } from '../../src/gateway/run/wait-for-end.ts';
import { withGatewayTables } from '../../src/gateway/store/gateway-tables.ts';
import { keyStore } from '../../src/gateway/store/key-store.ts';
import { leaseStore } from '../../src/gateway/store/lease-store.ts';
import { requestStore } from '../../src/gateway/store/request-store.ts';
import { catalogue } from '../../src/policies/catalogue.ts';

/** Requests at once, and a client's slowness: three seconds where a served gateway allows 30. */
const [maximumInFlight, slowMs] = [2500, 3000];

/** A gateway of this process on a SQLite file, in front of one provider; workflows are the test's. */
export async function gatewayWorld(
  providerUrl: string,
  change: (
    parts: Pick<GatewayDependencies, 'store' | 'watch'>,
  ) => Partial<GatewayDependencies> = () => ({}),
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-gateway-'));
  const opened = openDatabase({ sqliteFile: path.join(folder, 'ledger.db') });
  await migrate(opened.database, opened.kind);
  const store = requestStore(opened);
  const keys = keyStore(opened);
  const batches = batchStore(opened);
  const watch = createEndWatch(store, 10);
  const log = pino({ level: 'silent' });
  const families = { openai: 'openai', anthropic: 'anthropic', google: 'google' } as const;
  const resolve = (name: string) => ({
    ...{ name, baseUrl: providerUrl, apiKey: 'provider-key' },
    family: families[name.replace(/-.*$/, '') as keyof typeof families],
  });
  const gateway = createGateway({
    ...{ store, keys, watch, log },
    batching: {
      ...{ batches, clients: clientBatchStore(opened) },
      ...{ files: fileStore(opened), maximumFileBytes: 3_000_000 },
      start: async () => {},
      cancel: async () => {},
    },
    providers: [
      ...Object.entries(families).map(([name, family]) => ({ name, family })),
      { name: 'openai-background', family: 'openai', backgroundResponses: true },
      { name: 'openai-usage', family: 'openai', includeUsage: true },
    ],
    prices: {
      'openai:gpt-4o': { inputPerMillion: '2.50', outputPerMillion: '10', currency: 'usd' },
    },
    runAttempt: createRunAttempt({
      gates: createGates({ settings: gatewayGates(maximumInFlight) }),
      attempt: createForwardAttempt({
        resolve,
        log,
      }),
      log: createAttemptLog(log),
    }),
    policyFor: (requestTimeoutMs) => ({ ...catalogue.model, requestTimeoutMs }),
    goOn: () => Promise.reject(new Error('no workflow is expected')),
    stop: async () => {},
    toProvider: createToProvider(resolve),
    gateway: 'gateway-1',
    once: { claims: true },
    listModels: async () => ({ object: 'list', data: [] }),
    isReady: async () => true,
    hosts: ['proxy.internal'],
    maximumBodyBytes: 1_000_000,
    maximumInFlight,
    patienceMs: slowMs,
    keepAliveMs: 10_000,
    ...change({ store, watch }),
  });
  await leaseStore(opened).renew('gateway-1', 3_600_000);
  const { port, close } = await listen(gateway.fetch, { host: '127.0.0.1', port: 0, slowMs });
  return {
    ...{ store, keys, batches, port, idle: gateway.idle },
    /** Whether the client of the request with these words in its body is gone. */
    async isAbandoned(words: string): Promise<boolean> {
      const rows = await withGatewayTables(opened.database)
        .selectFrom('holdfast_request')
        .select(['body', 'has_client'])
        .execute();
      const row = rows.find(({ body }) => Buffer.from(body).includes(words));
      return row?.has_client === 0;
    },
    url: `http://127.0.0.1:${port}`,
    async close() {
      await close(0);
      await opened.database.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a client is told that is refused. */
export interface Told {
  readonly error: { readonly code: string; readonly type: string; readonly message: string };
}

/** Makes bodies of chats, each of another call than the ones before. */
export function distinctBodies() {
  let seed = 0;
  return (more: object = {}) => {
    seed += 1;
    return { model: 'openai:gpt-4o', seed, messages: [{ role: 'user', content: 'hi' }], ...more };
  };
}
