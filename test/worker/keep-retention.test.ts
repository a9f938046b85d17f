import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client, Connection, ScheduleNotFoundError } from '@temporalio/client';
import { pino } from 'pino';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startDevServer } from '../../dev/servers/index.ts';
import { keepRetention } from '../../src/worker/keep-retention.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-retention-'));
const cleanups = new AsyncDisposableStack();
cleanups.defer(() => rmSync(folder, { recursive: true }));
after(() => cleanups.disposeAsync());
let connection: Connection;
let address: string;

before(async () => {
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  address = server.address;
  connection = await Connection.connect({ address });
  cleanups.defer(() => connection.close());
});

test('the worker that starts last decides: a schedule is made, changed, or taken away', async () => {
  const shared = { connection, namespace: 'default', log: pino({ level: 'silent' }) };
  const handle = new Client({ connection }).schedule.getHandle('holdfast-retention-mine');
  const keep = (retentionDays?: number) =>
    keepRetention({ ...shared, taskQueue: 'mine', retentionDays });
  const told = async () => {
    const { action, spec, state } = await handle.describe();
    return [action.args, spec.intervals?.map(({ every }) => every), state.paused];
  };
  await keep(400);
  assert.deepEqual(await told(), [
    [{ olderThanMs: 34_560_000_000, dryRun: false }],
    [86_400_000],
    false,
  ]);
  await handle.pause();
  await keep(30);
  assert.deepEqual(await told(), [
    [{ olderThanMs: 2_592_000_000, dryRun: false }],
    [86_400_000],
    true,
  ]);
  await keep();
  await assert.rejects(handle.describe(), ScheduleNotFoundError);
  await keep();
});

test('a worker with a retention prunes when the schedule says so', async () => {
  const logFile = path.join(folder, 'worker.log');
  await startWorker(
    {
      env: {
        PATH: process.env.PATH,
        TEMPORAL_ADDRESS: address,
        HOLDFAST_RETENTION_DAYS: '400',
        HOLDFAST_LEDGER: path.join(folder, 'ledger.db'),
        CRM_URL: 'http://127.0.0.1:9',
      },
      cwd: folder,
      logFile,
      program: fileURLToPath(new URL('../app/triage/worker.ts', import.meta.url)),
    },
    (process) => cleanups.defer(() => process.stop()),
  );
  await new Client({ connection }).schedule.getHandle('holdfast-retention-holdfast').trigger();
  const line = await until(async () =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .find((each) => each.includes('"ledger.pruned"')),
  );
  const { removed, keptForWorkflow, attempts, doubts, dryRun } = JSON.parse(line);
  assert.deepEqual([removed, keptForWorkflow, attempts, doubts, dryRun], [0, 0, 0, 0, false]);
});
