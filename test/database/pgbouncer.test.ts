import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { findPgBouncer, startPgBouncer } from '../../dev/servers/pgbouncer.ts';
import { startPostgres } from '../../dev/servers/postgres.ts';
import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { runOnce } from '../../src/effects/once/run-once.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { scripted } from '../effects/once/scripted-effect.ts';

const program = await findPgBouncer();
const skip = program === undefined && 'PgBouncer is not on this machine: apt-get install pgbouncer';

test('behind PgBouncer in transaction mode, with its defaults and one connection', {
  skip,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const bouncer = await startPgBouncer(program ?? '', server.url, 1);
  t.after(bouncer.stop);
  const ledger = await openLedger({ databaseUrl: bouncer.url });
  t.after(() => ledger.close());

  const effects = Array.from({ length: 5 }, (_, index) => {
    const { effect } = scripted('native key', [() => `done ${index}`]);
    return runOnce(ledger, effect, { scope: 'test', workflowId: `order-${index}` }, { to: 'ada' });
  });
  const results = (await Promise.all(effects)).map(({ result }) => result);
  assert.deepEqual(results, ['done 0', 'done 1', 'done 2', 'done 3', 'done 4']);

  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-pgbouncer-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const journal = openJournal({ databaseUrl: bouncer.url, folder });
  assert.deepEqual(await journal.read('order-0', 10), []);
  await journal.close();

  // Another client that gets the same connection of the server.
  const other = new pg.Client({ connectionString: bouncer.url });
  await other.connect();
  const { rows } = await other.query("select current_setting('lock_timeout') as kept");
  await other.end();
  assert.deepEqual(rows, [{ kept: '0' }]);
});
