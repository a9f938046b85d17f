import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import { callOf } from './attempts.ts';
import { startJournalProcess } from './killed-worker.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('what a killed worker left is taken in once: nothing is lost, and what went on is lost', async (t) => {
  const sqliteFile = path.join(folder, 'killed.db');
  const place = { sqliteFile, folder: path.join(folder, 'killed') };
  const worker = await startJournalProcess(sqliteFile, place.folder, 'order-1');
  t.after(() => worker.kill());
  const events: JournalEvent[] = [];
  const open = () => openJournal({ ...place, onEvent: (event) => events.push(event) });
  const [first, second] = [open(), open()];
  // The other one lives, paused or not: its file is its own.
  await first.flush();
  worker.pause();
  await second.flush();
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
  assert.deepEqual(events, [{ event: 'journal.taken-in', attempts: 4, lost: 3 }]);
  await Promise.all([first.close(), second.close()]);
  assert.deepEqual(readdirSync(place.folder), []);
});

test('what is sent is on record before anything else happens', async () => {
  const place = { sqliteFile: path.join(folder, 'sent.db'), folder: path.join(folder, 'sent') };
  const script = `
    import { openJournal } from './src/journal/journal.ts';
    import { callOf } from './test/journal/attempts.ts';
    const [sqliteFile, folder] = process.argv.slice(1);
    const journal = openJournal({ sqliteFile, folder });
    journal.calls.start(callOf('sent')).sent();
    process.kill(process.pid, 'SIGKILL');`;
  const options = ['--input-type=module-typescript', '--eval', script];
  const { signal } = spawnSync(process.execPath, [...options, place.sqliteFile, place.folder], {
    cwd: path.join(import.meta.dirname, '..', '..'),
  });
  assert.equal(signal, 'SIGKILL');
  const next = openJournal(place);
  await next.flush();
  const rows = await next.read('sent', 10);
  assert.deepEqual(
    rows.map(({ outcome, sent, billing }) => [outcome, sent, billing]),
    [['lost', 'yes', 'possibly billed']],
  );
  await next.close();
});

test('two workers in one place, with the same process id, keep to their own attempts', async () => {
  const place = { sqliteFile: path.join(folder, 'two.db'), folder: path.join(folder, 'two') };
  const events: JournalEvent[] = [];
  const open = () => openJournal({ ...place, onEvent: (event) => events.push(event) });
  const [first, second] = [open(), open()];
  const calls = [first, second].map((journal, index) =>
    journal.calls.start(callOf('two', index + 1)),
  );
  for (const call of calls) call.sent();
  await Promise.all([first.flush(), second.flush()]);
  assert.deepEqual(await first.read('two', 10), []);
  for (const call of calls) call.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
  await Promise.all([first.close(), second.flush()]);
  const rows = await second.read('two', 10);
  assert.deepEqual(rows.map(({ attempt, outcome }) => `${attempt} ${outcome}`).sort(), [
    '1 answered',
    '2 answered',
  ]);
  await second.close();
  assert.deepEqual(events, []);
});

test('an attempt that is under way when the journal closes is lost, not forgotten', async () => {
  const place = { sqliteFile: path.join(folder, 'closed.db'), folder: path.join(folder, 'closed') };
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
