import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import { callOf } from './journal-contract.ts';
import { startJournalProcess } from './killed-worker.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('what a killed worker left is taken in once: nothing is lost, and what went on is lost', async () => {
  const sqliteFile = path.join(folder, 'killed.db');
  const spoolFolder = path.join(folder, 'killed');
  const worker = await startJournalProcess(sqliteFile, spoolFolder, 'order-1');
  const events: JournalEvent[] = [];
  const open = () =>
    openJournal({ sqliteFile, spoolFolder, onEvent: (event) => events.push(event) });
  const [first, second] = [open(), open()];
  // The other one lives: its spool is its own.
  await first.flush();
  assert.deepEqual(await first.read('order-1', 10), []);

  await worker.kill();
  await Promise.all([first.flush(), second.flush()]);
  const rows = await first.read('order-1', 10);
  assert.deepEqual(
    rows.map(({ kind, attempt, outcome, sent, billing }) => [
      kind,
      attempt,
      outcome,
      sent,
      billing,
    ]),
    [
      ['call', 1, 'answered', 'yes', 'billed'],
      ['call', 2, 'lost', 'yes', 'possibly billed'],
      ['call', 3, 'lost', 'no', 'not billed'],
      ['effect', 1, 'lost', 'unknown', undefined],
    ],
  );
  assert.equal(rows[1]?.finishedAtMs, undefined);
  assert.ok(rows[1]?.sentAtMs);
  assert.deepEqual(events, [{ event: 'journal.taken-in', spools: 1, lost: 3 }]);
  await Promise.all([first.close(), second.close()]);
  assert.deepEqual(readdirSync(spoolFolder), []);
});

test('a spool that is partly stored and partly torn is taken in as far as it is whole', async () => {
  const sqliteFile = path.join(folder, 'torn.db');
  const spoolFolder = path.join(folder, 'torn');
  const journal = openJournal({ sqliteFile, spoolFolder });
  const attempt = (attemptId: string, extra: object) =>
    JSON.stringify({
      attemptId,
      kind: 'call',
      workflowId: 'torn',
      runId: '',
      requestId: 'torn/extract',
      step: 'extract',
      attempt: 1,
      provider: 'openai',
      startedAtMs: 1,
      sent: 'no',
      ...extra,
    });
  writeFileSync(
    path.join(spoolFolder, 'other.000001.jsonl'),
    `+${attempt('a', {})}\n>5 a\n=${attempt('b', { outcome: 'answered' })}\n=${attempt('c', {}).slice(0, 40)}\n=${attempt('d', { outcome: 'answered' })}\n>7`,
  );
  await journal.flush();
  const rows = await journal.read('torn', 10);
  assert.deepEqual(
    rows.map(({ attemptId, outcome, sentAtMs }) => [attemptId, outcome, sentAtMs]),
    [
      ['a', 'lost', 5],
      ['b', 'answered', undefined],
      ['d', 'answered', undefined],
    ],
  );
  await journal.close();
});

test('an attempt that is under way when the journal closes is lost, not forgotten', async () => {
  const place = { sqliteFile: path.join(folder, 'closed.db'), spoolFolder: path.join(folder, 'c') };
  const closing = openJournal(place);
  closing.calls.start(callOf('closed', 1)).sent();
  closing.calls.start(callOf('closed', 2)).interrupted();
  await closing.close();
  const next = openJournal(place);
  await next.flush();
  const rows = await next.read('closed', 10);
  assert.deepEqual(rows.map(({ attempt, outcome }) => `${attempt} ${outcome}`).sort(), [
    '1 lost',
    '2 interrupted',
  ]);
  await next.close();
});

test('a folder that cannot be written is found at the start', () => {
  const file = path.join(folder, 'a-file');
  writeFileSync(file, '');
  const place = { sqliteFile: path.join(folder, 'x.db'), spoolFolder: path.join(file, 'spool') };
  assert.throws(() => openJournal(place), { code: 'ENOTDIR' });
});
