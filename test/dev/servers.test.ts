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

test('the dev server serves its namespace for 90 days and its UI, until it is stopped', async (t) => {
  const server = await startDevServer({ namespace: 'orders' });
  t.after(() => server.stop());
  const retention = await withClient(server, async ({ connection }) => {
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'orders' });
    return config?.workflowExecutionRetentionTtl?.seconds?.toNumber();
  });
  assert.equal(retention, 7_776_000);
  const page = await fetch(server.uiUrl);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<html/);

  assert.equal(isAlive(server.pid), true);
  await server.stop();
  assert.equal(isAlive(server.pid), false);
  await assert.rejects(fetch(server.uiUrl));
  await server.stop();
});

test('killed and started again on the same file and ports, the dev server remembers', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const dbFilename = path.join(folder, 'temporal.db');
  const first = await startDevServer({ dbFilename });
  t.after(() => first.stop());
  const started = await withClient(first, (client) =>
    client.workflow.start('nobody-runs-this', { workflowId: 'order-1', taskQueue: 'none' }),
  );
  await first.stop('SIGKILL');

  const { port, uiPort } = first;
  const second = await startDevServer({ dbFilename, port, uiPort });
  t.after(() => second.stop());
  assert.equal(second.address, first.address);
  const description = await withClient(second, (client) =>
    client.workflow.getHandle('order-1').describe(),
  );
  assert.equal(description.runId, started.firstExecutionRunId);
  assert.equal(description.status.name, 'RUNNING');
});

test('a port that the caller chose and another has is an error with the reason', async (t) => {
  const server = await startDevServer({ isHeadless: true });
  t.after(() => server.stop());
  const { port, uiPort } = server;
  await assert.rejects(startDevServer({ port, uiPort }), /address already in use|can't listen/);
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
