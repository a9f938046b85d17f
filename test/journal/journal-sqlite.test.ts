import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import { until } from '../support/until.ts';
import { callOf, endedIn } from './attempts.ts';
import { gateBoardContract } from './gate-board-contract.ts';
import { journalContract } from './journal-contract.ts';
import { rateBoardContract } from './rate-board-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

journalContract('SQLite', () => ({ sqliteFile: path.join(folder, 'ledger.db') }));
gateBoardContract('SQLite', () => ({ sqliteFile: path.join(folder, 'board.db') }));
rateBoardContract('SQLite', () => ({ sqliteFile: path.join(folder, 'rates.db') }));

const usage = { inputTokens: 1, outputTokens: 1 };

/** A journal whose ledger another process holds locked, until `letGo`. */
async function heldLedger(name: string) {
  const sqliteFile = path.join(folder, `${name}.db`);
  const own = path.join(folder, name);
  const events: JournalEvent[] = [];
  const onEvent = (event: JournalEvent) => events.push(event);
  const journal = openJournal({ sqliteFile, folder: own, onEvent, forwardEveryMs: 10 });
  await journal.flush();
  const other = new DatabaseSync(sqliteFile);
  other.exec('begin immediate');
  const letGo = () => {
    other.exec('rollback');
    other.close();
  };
  return { journal, events, letGo, folder: own };
}

test('calls are recorded while the journal waits for a ledger that another process holds', async () => {
  const held = await heldLedger('held');
  const { journal } = held;
  const record = (attempt: number) => {
    const open = journal.calls.start(callOf('held', attempt));
    open.sent();
    open.finished({ usage });
  };
  record(1);
  let isWaiting = true;
  const flush = journal.flush().finally(() => {
    isWaiting = false;
  });
  flush.catch(() => {});
  for (let attempt = 2; attempt <= 20; attempt += 1) {
    record(attempt);
    await nextTurn();
  }
  assert.ok(
    isWaiting,
    'SQLite waited for the lock in place of the driver, and held up the process',
  );
  assert.equal(endedIn(held.folder), 20);
  await assert.rejects(flush, { errstr: 'database is locked' });
  held.letGo();
  const rows = await journal.read('held', 100);
  assert.equal(rows.length, 20);
  await journal.close();
});

test('a ledger that stays locked is told, and after the close nothing goes on or is told', async () => {
  const held = await heldLedger('locked');
  const { journal, events } = held;
  journal.calls.start(callOf('locked')).finished({ usage });
  await until(async () => events[0]);
  await journal.close();
  const told = [...events];
  held.letGo();
  await sleep(100);
  assert.deepEqual(told, [{ event: 'journal.database-away', error: 'database is locked' }]);
  assert.deepEqual(events, told);
  assert.equal(endedIn(held.folder), 1);
});

test('a close during the wait for a lock ends that wait first', async () => {
  const held = await heldLedger('closing');
  const { journal, events } = held;
  journal.calls.start(callOf('closing')).finished({ usage });
  await sleep(50);
  await journal.close();
  const told = [...events];
  await sleep(100);
  held.letGo();
  assert.deepEqual(events, told);
  assert.ok(!told.some(({ event }) => event === 'journal.file-failed'), JSON.stringify(told));
  assert.equal(endedIn(held.folder), 1);
});
