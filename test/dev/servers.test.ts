import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import pg from 'pg';
import {
  createTimeSkippingEnvironment,
  type DevServer,
  startDevServer,
  startPostgres,
} from '../../dev/servers/index.ts';
import { freePort } from '../../src/servers/free-port.ts';

/** Whether a process runs; one that only waits for its parent to notice its end does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function withClient<T>(server: DevServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

test('the dev server serves its namespace for 90 days and its UI; killed, and started again on the same file and ports, it remembers', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const options = { namespace: 'orders', dbFilename: path.join(folder, 'temporal.db') };
  const first = await startDevServer(options);
  t.after(() => first.stop());
  const { retention, started } = await withClient(first, async (client) => {
    const { workflowService } = client.connection;
    const { config } = await workflowService.describeNamespace({ namespace: 'orders' });
    const options = { workflowId: 'order-1', taskQueue: 'none' };
    return {
      retention: config?.workflowExecutionRetentionTtl?.seconds?.toNumber(),
      started: await client.workflow.start('nobody-runs-this', options),
    };
  });
  assert.equal(retention, 7_776_000);
  const page = await fetch(first.uiUrl);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<html/);
  // A port that the caller chose and another has is an error with the reason.
  const { port, uiPort } = first;
  const taken = startDevServer({ port, uiPort: await freePort() });
  await assert.rejects(taken, /address already in use|can't listen/);
  assert.equal(isAlive(first.pid), true);
  await first.stop('SIGKILL');
  assert.equal(isAlive(first.pid), false);

  const second = await startDevServer({ ...options, port, uiPort });
  t.after(() => second.stop());
  assert.equal(second.address, first.address);
  const description = await withClient(second, (client) =>
    client.workflow.getHandle('order-1').describe(),
  );
  assert.equal(description.runId, started.firstExecutionRunId);
  assert.equal(description.status.name, 'RUNNING');
  assert.equal(isAlive(second.pid), true);
  await second.stop();
  assert.equal(isAlive(second.pid), false);
  await assert.rejects(fetch(second.uiUrl));
  await second.stop();
});

test('the time-skipping server skips 30 days in seconds', async (t) => {
  const environment = await createTimeSkippingEnvironment();
  t.after(() => environment.teardown());
  const before = await environment.currentTimeMs();
  const startedAt = performance.now();
  await environment.sleep('30 days');
  const tookMs = performance.now() - startedAt;
  assert.ok((await environment.currentTimeMs()) - before >= 30 * 86_400_000);
  assert.ok(tookMs < 30_000, `skipping took ${tookMs} ms`);
});

test('PostgreSQL takes transactions, and leaves nothing when it is stopped', async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('create table orders (id text primary key)');
  const insert = "insert into orders values ('order-1') on conflict do nothing";
  assert.equal((await client.query(insert)).rowCount, 1);
  assert.equal((await client.query(insert)).rowCount, 0);
  assert.equal(existsSync(server.folder), true);
  await client.end();

  await server.stop();
  assert.equal(isAlive(server.pid), false);
  assert.equal(existsSync(server.folder), false);
});

test('servers do not outlive a process that is killed', async (t) => {
  const script = path.join(import.meta.dirname, 'own-servers.ts');
  const owner = execa(process.execPath, [script], { reject: false });
  t.after(() => owner.kill('SIGKILL'));
  const [line] = await once(owner.stdout, 'data');
  const { pids, folder } = JSON.parse(String(line)) as { pids: number[]; folder: string };
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.deepEqual(pids.map(isAlive), [true, true]);
  owner.kill('SIGKILL');
  for (let tries = 0; tries < 50 && pids.some(isAlive); tries++) await sleep(100);
  assert.deepEqual(pids.map(isAlive), [false, false]);
});
