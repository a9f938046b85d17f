import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createLocalFile } from '../../src/journal/attempts-file.ts';
import { type JournalEvent, openJournal } from '../../src/journal/journal.ts';
import { attemptOf, callOf } from './attempts.ts';

const root = path.join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function placeOf(name: string) {
  return { sqliteFile: path.join(folder, `${name}.db`), folder: path.join(folder, name) };
}

test('a folder that cannot be written is found at the start', () => {
  const file = path.join(folder, 'a-file');
  writeFileSync(file, '');
  const place = { ...placeOf('unwritable'), folder: path.join(file, 'journal') };
  assert.throws(() => openJournal(place), { code: 'ENOTDIR' });
});

test('an unreadable file is told once and left alone, and the rest is taken in', async () => {
  const place = placeOf('unreadable');
  mkdirSync(place.folder);
  writeFileSync(path.join(place.folder, 'a.attempts.db'), 'garbage'.repeat(1000));
  mkdirSync(path.join(place.folder, 'b.attempts.db'));
  writeFileSync(path.join(place.folder, 'c.attempts.db'), '');
  writeFileSync(path.join(place.folder, 'old.000001.jsonl'), '+{}');
  const dead = openJournal({ ...place, forwardEveryMs: 3_600_000 });
  dead.calls.start(callOf('unreadable'));
  await dead.close();

  const events: JournalEvent[] = [];
  const journal = openJournal({ ...place, onEvent: (event) => events.push(event) });
  await journal.flush();
  await journal.flush();
  const rows = await journal.read('unreadable', 10);
  assert.deepEqual(
    rows.map(({ outcome }) => outcome),
    ['lost'],
  );
  assert.deepEqual(events, [
    {
      event: 'journal.file-unreadable',
      file: 'a.attempts.db',
      error: 'file is not a database',
    },
    {
      event: 'journal.file-unreadable',
      file: 'b.attempts.db',
      error: 'unable to open database file',
    },
    { event: 'journal.taken-in', attempts: 1, lost: 1 },
  ]);
  await journal.close();
  assert.deepEqual(readdirSync(place.folder), [
    'a.attempts.db',
    'b.attempts.db',
    'c.attempts.db',
    'old.000001.jsonl',
  ]);
});

test('of a file that is broken in the middle, what can be read is taken in and the rest is told', async () => {
  const place = placeOf('broken');
  const file = createLocalFile(place.folder, 'dead', assert.ifError);
  const numbers = Array.from({ length: 1000 }, (_, index) => index + 1);
  file.put(new Map(numbers.map((number) => [number, attemptOf('broken', number)])));
  file.close();
  const handle = openSync(path.join(place.folder, 'dead.attempts.db'), 'r+');
  writeSync(handle, Buffer.alloc(4096, 0xff), 0, 4096, 100 * 1024);
  closeSync(handle);

  const events: JournalEvent[] = [];
  const journal = openJournal({ ...place, onEvent: (event) => events.push(event) });
  await journal.flush();
  const rows = await journal.read('broken', 1000);
  // What stands on the pages of 4096 bytes before the broken one, which is the 26th.
  assert.equal(rows.length, 437);
  assert.deepEqual(
    events.find(({ event }) => event === 'journal.file-unreadable'),
    {
      event: 'journal.file-unreadable',
      file: 'dead.attempts.db',
      error: 'database disk image is malformed',
    },
  );
  assert.ok(readdirSync(place.folder).includes('dead.attempts.db'));
  await journal.close();
});

test('a disk that takes no more fails no call: what is given up is counted and told, the rest is kept', async () => {
  const place = placeOf('full');
  const migrating = openJournal(place);
  await migrating.flush();
  await migrating.close();
  const script = `
    import { openJournal } from './src/journal/journal.ts';
    import { callOf } from './test/journal/attempts.ts';
    const [sqliteFile, folder] = process.argv.slice(1);
    const events = [];
    const onEvent = (event) => events.push(event);
    const journal = openJournal({ sqliteFile, folder, onEvent, forwardEveryMs: 3_600_000 });
    await journal.flush();
    for (let attempt = 1; attempt <= 3000; attempt += 1) {
      const record = journal.calls.start(callOf('full', attempt));
      record.sent();
      record.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
    }
    await journal.close();
    await new Promise((resolve) => process.stdout.write(JSON.stringify(events), resolve));
    process.kill(process.pid, 'SIGKILL');`;
  // No file may grow over 512 kB, which is to SQLite what a full disk is.
  const limited = `trap '' XFSZ; ulimit -f 1024; "$@" | cat`;
  const output = execFileSync(
    'sh',
    [
      ...['-c', limited, 'sh', process.execPath, '--input-type=module-typescript', '--eval'],
      ...[script, place.sqliteFile, place.folder],
    ],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const events = JSON.parse(output);
  assert.deepEqual(
    events.map(({ event, error }: Record<string, unknown>) => [event, error]),
    [
      ['journal.file-failed', 'disk I/O error'],
      ['journal.file-failed', 'closed'],
    ],
  );

  const journal = openJournal(place);
  await journal.flush();
  const rows = await journal.read('full', 3000);
  const answered = rows.filter(({ outcome }) => outcome === 'answered').length;
  assert.ok(answered > 10 && answered < 2000, `${answered} of ${rows.length}`);
  assert.equal(answered + events.at(-1).dropped, 3000);
  await journal.close();
});

test('while the database is away the journal takes no more than its share of the disk; the oldest are kept', async () => {
  const place = placeOf('capped');
  const events: JournalEvent[] = [];
  const away = openJournal({
    folder: place.folder,
    // Nothing listens there.
    databaseUrl: 'postgres://nobody@127.0.0.1:9/nothing',
    maximumBytes: 2 * 1024 * 1024,
    onEvent: (event) => events.push(event),
  });
  for (let attempt = 1; attempt <= 20_000; attempt += 1) {
    const record = away.calls.start(callOf('capped', attempt));
    record.sent();
    record.finished({ usage: { inputTokens: 1, outputTokens: 1 } });
  }
  await away.close();
  const failed = events.filter((event) => event.event === 'journal.file-failed');
  assert.deepEqual(
    failed.map(({ error }) => error),
    ['database or disk is full', 'closed'],
  );
  const sizes = readdirSync(place.folder).map(
    (name) => statSync(path.join(place.folder, name)).size,
  );
  assert.ok(Math.max(...sizes) <= 2 * 1024 * 1024, `${sizes}`);

  const journal = openJournal(place);
  await journal.flush();
  const rows = await journal.read('capped', 20_000);
  const answered = rows.filter(({ outcome }) => outcome === 'answered');
  assert.equal(answered.length + (failed.at(-1)?.dropped ?? 0), 20_000);
  assert.ok(answered.length > 1000, `${answered.length}`);
  // None is missing before the first that is.
  const kept = answered.map(({ attempt }) => attempt).sort((one, other) => one - other);
  assert.deepEqual(kept.at(-1), kept.length);
  await journal.close();
});
