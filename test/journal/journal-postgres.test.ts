import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type PostgresServer, startPostgres } from '../../dev/servers/postgres.ts';
import { type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import { until } from '../support/until.ts';
import { callOf, endedIn } from './attempts.ts';
import { gateBoardContract } from './gate-board-contract.ts';
import { journalContract } from './journal-contract.ts';
import { rateBoardContract } from './rate-board-contract.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.stop());

journalContract('PostgreSQL', () => ({ databaseUrl: server.url }));
gateBoardContract('PostgreSQL', () => ({ databaseUrl: server.url }));
rateBoardContract('PostgreSQL', () => ({ databaseUrl: server.url }));

test('while the database is away, attempts are kept in the file, and none is lost', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const events: JournalEvent[] = [];
  const journal = openJournal({
    databaseUrl: server.url,
    folder,
    forwardEveryMs: 50,
    onEvent: (event) => events.push(event),
  });
  await journal.flush();
  await server.crash();

  const attempts = 10_000;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const record = journal.calls.start(callOf('away', attempt));
    record.sent();
    record.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
    if (attempt % 100 === 0) await nextTurn();
  }
  await assert.rejects(journal.flush());
  assert.equal(endedIn(folder), attempts);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['journal.database-away'],
  );

  await server.restart();
  await until(() =>
    journal.flush().then(
      () => true,
      () => undefined,
    ),
  );
  const rows = await journal.read('away', attempts + 1);
  assert.equal(rows.length, attempts);
  assert.equal(new Set(rows.map(({ attempt }) => attempt)).size, attempts);
  await journal.close();
  assert.deepEqual(readdirSync(folder), []);
});
