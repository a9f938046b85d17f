import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startPostgres } from '../../../dev/servers/postgres.ts';
import { webhookTarget } from '../targets/webhook-target.ts';
import { startEffectProcess } from './start-effect-process.ts';

test('200 at once, from four processes, of one key on PostgreSQL: one effect', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const target = await webhookTarget(t);
  const task = {
    database: { databaseUrl: postgres.url },
    webhook: { url: target.origin },
    ids: ['order-1'],
    times: 50,
    options: { maximumWaitMs: 20_000 },
  };
  const processes = await Promise.all([1, 2, 3, 4].map(() => startEffectProcess(t, task)));
  const ends = (await Promise.all(processes.map((each) => each.begin()))).flat();
  assert.equal(ends.length, 200);
  assert.equal(ends.filter((end) => end === 'done').length, 1);
  assert.equal(ends.filter((end) => end === 'replayed').length, 199);
  assert.deepEqual(target.keys, ['test/order-1:webhook']);
});

test('two processes on one SQLite file: each of 20 effects once', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-effects-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const target = await webhookTarget(t);
  const ids = Array.from({ length: 20 }, (_, index) => `order-${index}`);
  const task = {
    database: { sqliteFile: path.join(folder, 'ledger.db') },
    webhook: { url: target.origin },
    ids,
    times: 2,
    options: { maximumWaitMs: 20_000 },
  };
  const processes = await Promise.all([1, 2].map(() => startEffectProcess(t, task)));
  const ends = (await Promise.all(processes.map((each) => each.begin()))).flat();
  assert.equal(ends.filter((end) => end === 'done').length, 20);
  assert.equal(ends.filter((end) => end === 'replayed').length, 60);
  assert.deepEqual(target.keys.toSorted(), ids.map((id) => `test/${id}:webhook`).toSorted());
});
