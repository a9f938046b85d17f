import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '../../src/journal/journal.ts';
import { gateBoardContract } from './gate-board-contract.ts';
import { callOf, journalContract } from './journal-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

journalContract('SQLite', () => ({ sqliteFile: path.join(folder, 'ledger.db') }));
gateBoardContract('SQLite', () => ({ sqliteFile: path.join(folder, 'board.db') }));

test('a ledger that another process writes to for long stalls no call', async () => {
  const sqliteFile = path.join(folder, 'held.db');
  const journal = openJournal({
    sqliteFile,
    folder: path.join(folder, 'held'),
    forwardEveryMs: 10,
  });
  await journal.flush();
  const other = new DatabaseSync(sqliteFile);
  other.exec('begin immediate');
  const before = performance.eventLoopUtilization();
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    const record = journal.calls.start(callOf('held', attempt));
    record.sent();
    record.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
    await sleep(50);
  }
  const { utilization } = performance.eventLoopUtilization(before);
  assert.ok(utilization < 0.5, `the event loop stood still for ${utilization} of the time`);
  other.exec('rollback');
  other.close();
  const rows = await journal.read('held', 100);
  assert.equal(rows.length, 20);
  await journal.close();
});
