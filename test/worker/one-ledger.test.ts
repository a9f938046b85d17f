import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startDevServer, startPostgres } from '../../dev/servers/index.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';

// Real workers, real servers: of each scope one ledger.

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ledgers-'));
const file = (name: string) => path.join(folder, name);
const cleanups = new AsyncDisposableStack();
cleanups.defer(() => rmSync(folder, { recursive: true }));
after(() => cleanups.disposeAsync());
let address: string;

before(async () => {
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  address = server.address;
});

let workers = 0;

/** Starts a worker of the scope; `undefined` as the sentence when it serves. */
async function start(scope: string, ledger: Readonly<Record<string, string>>) {
  workers += 1;
  const options = {
    env: {
      PATH: process.env.PATH,
      TEMPORAL_ADDRESS: address,
      HOLDFAST_SCOPES: scope,
      HOLDFAST_JOURNAL: file(`journal-${workers}`),
      ...ledger,
    },
    cwd: folder,
    logFile: file(`worker-${workers}.log`),
  };
  try {
    const worker = await startWorker(options, (process) => cleanups.defer(() => process.stop()));
    return { stop: () => worker.stop('SIGKILL') };
  } catch (error) {
    const { message } = error as Error;
    return { sentence: message.replace('The worker did not start:\n', '').trim(), stop: () => {} };
  }
}

const holdfast = (scope: string, ...args: string[]) =>
  runHoldfast(args, { env: { TEMPORAL_ADDRESS: address, HOLDFAST_SCOPES: scope }, cwd: folder });

test('a second worker with another ledger does not start: the sentence names both, and what to do', async () => {
  const first = await start('prod', { HOLDFAST_LEDGER: file('first.db') });
  assert.equal(first.sentence, undefined);
  const second = await start('prod', { HOLDFAST_LEDGER: file('second.db') });
  assert.match(
    second.sentence ?? '',
    /^HOLDFAST_LEDGER: the effects of the scope prod are in the ledger \S+first\.db \([0-9a-f]{16}\), and this worker would write to \S+second\.db \([0-9a-f]{16}\): name the same ledger for all workers; .*`holdfast ledger adopt`/,
  );
  const same = await start('prod', { HOLDFAST_LEDGER: file('first.db') });
  assert.equal(same.sentence, undefined);
  const other = await start('staging', { HOLDFAST_LEDGER: file('second.db') });
  assert.equal(other.sentence, undefined, 'another scope is another ledger’s');
  const shown = await holdfast('prod', 'ledger');
  assert.match(shown.stdout, /^the effects of prod are in the ledger \S+first\.db /);
  await Promise.all([first, same, other].map(({ stop }) => stop()));
});

test('of two first workers at once one serves', async () => {
  const both = await Promise.all(
    ['one.db', 'other.db'].map((name) => start('race', { HOLDFAST_LEDGER: file(name) })),
  );
  const refused = both.filter(({ sentence }) => sentence?.includes('name the same ledger'));
  assert.equal(refused.length, 1, JSON.stringify(both));
  await Promise.all(both.map(({ stop }) => stop()));
});

test('a ledger that was deleted is missed; one from a backup is the same', async () => {
  const ledger = { HOLDFAST_LEDGER: file('kept.db') };
  const first = await start('kept', ledger);
  await first.stop();
  // Whole, with what the killed worker left beside the file.
  const files = ['', '-wal', '-shm'].filter((ending) => existsSync(file(`kept.db${ending}`)));
  for (const ending of files) cpSync(file(`kept.db${ending}`), file(`backup.db${ending}`));
  for (const ending of files) rmSync(file(`kept.db${ending}`));
  const deleted = await start('kept', ledger);
  assert.match(
    deleted.sentence ?? '',
    /kept\.db is a new ledger \([0-9a-f]{16}\), and the effects of the scope kept are in the one that was there before \([0-9a-f]{16}\): put that back from its backup; .*`holdfast ledger adopt`/,
  );
  for (const ending of ['', '-wal', '-shm']) rmSync(file(`kept.db${ending}`), { force: true });
  for (const ending of files) cpSync(file(`backup.db${ending}`), file(`kept.db${ending}`));
  const restored = await start('kept', ledger);
  assert.equal(restored.sentence, undefined);
  await restored.stop();
});

test('moved from SQLite to PostgreSQL: refused, until it is adopted', async () => {
  const postgres = await startPostgres();
  cleanups.defer(() => postgres.stop());
  const before = await start('moved', { HOLDFAST_LEDGER: file('moved.db') });
  await before.stop();
  const moved = { DATABASE_URL: postgres.url };
  assert.match((await start('moved', moved)).sentence ?? '', /^DATABASE_URL: .*moved\.db/);
  const adopted = await holdfast('moved', 'ledger', 'adopt');
  assert.equal(adopted.exitCode, 0);
  assert.match(adopted.stdout, /^moved has given up the ledger \S+moved\.db .*effects restored/s);
  const again = await holdfast('moved', 'ledger', 'adopt');
  assert.equal(again.exitCode, 4);
  const after = await start('moved', moved);
  assert.equal(after.sentence, undefined);
  await after.stop();
  assert.match((await holdfast('moved', 'ledger')).stdout, /in the ledger postgres:/);
});
