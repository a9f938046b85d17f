import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openLedger } from '../../src/effects/once/open-ledger.ts';

test('a worker starts while another stands still in a transaction, since there is nothing to migrate', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-migrations-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const sqliteFile = path.join(folder, 'ledger.db');
  const first = await openLedger({ sqliteFile });
  const request = {
    key: 'k',
    effect: 'e',
    fingerprint: 'f',
    request: '{}',
    leaseMs: 1,
  };
  const { token } = await first.transaction(async (statements) => {
    await statements.claim(request);
    const startedMs = performance.now();
    const second = await openLedger({ sqliteFile });
    assert.ok(performance.now() - startedMs < 5000, 'without waiting for the lock');
    // It sees what is committed: not yet the claim.
    assert.equal(await second.read(request), undefined);
    await second.close();
    return (await statements.read(request)) ?? assert.fail('claimed');
  });
  assert.equal(token, 1);
  await first.close();
});

test('a worker that was rolled back starts on the tables of a newer one', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-migrations-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const sqliteFile = path.join(folder, 'ledger.db');
  await (await openLedger({ sqliteFile })).close();
  const database = new DatabaseSync(sqliteFile);
  database.exec("insert into holdfast_migration values ('999_of_tomorrow', '2027-01-01')");
  database.close();
  const ledger = await openLedger({ sqliteFile });
  assert.equal(await ledger.read({ key: 'k' }), undefined);
  await ledger.close();
});
