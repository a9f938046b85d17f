import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Connection } from '@temporalio/client';
import { startWorker } from '../../dev/demo/worker-process.ts';
import { startDevServer, startPostgres } from '../../dev/servers/index.ts';
import { loadConfig } from '../../src/config.ts';
import { CannotStart } from '../../src/failures/cannot-start.ts';
import { assertOneLedger } from '../../src/worker/assert-one-ledger.ts';
import { ledgerFrom, ledgerVariable } from '../../src/worker/ledger-from.ts';
import { runHoldfast } from '../cli/run-holdfast.ts';

// Of each scope one ledger: a worker process is refused, and most is what a worker does before it serves.

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ledgers-'));
const file = (name: string) => path.join(folder, name);
const cleanups = new AsyncDisposableStack();
cleanups.defer(() => rmSync(folder, { recursive: true }));
after(() => cleanups.disposeAsync());
let address: string;
let connection: Connection;

before(async () => {
  const server = await startDevServer({ isHeadless: true });
  cleanups.defer(() => server.stop());
  address = server.address;
  connection = await Connection.connect({ address });
  cleanups.defer(() => connection.close());
});

type LedgerVariables = Readonly<Record<string, string>>;

let workers = 0;

/** Starts a worker process of the scope; `undefined` as the sentence when it serves. */
async function start(scope: string, ledger: LedgerVariables) {
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

/** As far as a worker gets that opens its ledger and claims the scope; the sentence when it may not. */
async function claim(scope: string, variables: LedgerVariables): Promise<string | undefined> {
  const config = loadConfig(variables, {});
  const ledger = await ledgerFrom(config);
  try {
    await assertOneLedger({
      ...{ connection, namespace: 'default', scopes: [scope], ledger },
      variable: ledgerVariable(config),
    });
  } catch (error) {
    assert.ok(error instanceof CannotStart);
    return error.message;
  } finally {
    await ledger.close();
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
  assert.equal(await claim('prod', { HOLDFAST_LEDGER: file('first.db') }), undefined);
  const other = await claim('staging', { HOLDFAST_LEDGER: file('second.db') });
  assert.equal(other, undefined, 'another scope is another ledger’s');
  const shown = await holdfast('prod', 'ledger');
  assert.match(shown.stdout, /^the effects of prod are in the ledger \S+first\.db /);
  // With that the file is what a killed worker leaves: a test below deletes it, and puts it back.
  await first.stop();
});

test('of two first workers at once one serves', async () => {
  const both = await Promise.all(
    ['one.db', 'other.db'].map((name) => claim('race', { HOLDFAST_LEDGER: file(name) })),
  );
  const refused = both.filter((sentence) => sentence?.includes('name the same ledger'));
  assert.deepEqual([refused.length, both.length], [1, 2], JSON.stringify(both));
  assert.ok(both.includes(undefined));
});

test('a ledger that was deleted is missed; one from a backup is the same', async () => {
  const ledger = { HOLDFAST_LEDGER: file('first.db') };
  // Whole, with what the killed worker left beside the file.
  const files = ['', '-wal', '-shm'].filter((ending) => existsSync(file(`first.db${ending}`)));
  for (const ending of files) cpSync(file(`first.db${ending}`), file(`backup.db${ending}`));
  for (const ending of files) rmSync(file(`first.db${ending}`));
  const deleted = await claim('prod', ledger);
  assert.match(
    deleted ?? '',
    /first\.db is a new ledger \([0-9a-f]{16}\), and the effects of the scope prod are in the one that was there before \([0-9a-f]{16}\): put that back from its backup; .*`holdfast ledger adopt`/,
  );
  for (const ending of ['', '-wal', '-shm']) rmSync(file(`first.db${ending}`), { force: true });
  for (const ending of files) cpSync(file(`backup.db${ending}`), file(`first.db${ending}`));
  assert.equal(await claim('prod', ledger), undefined);
});

test('moved from SQLite to PostgreSQL: refused, until it is adopted', async () => {
  const postgres = await startPostgres();
  cleanups.defer(() => postgres.stop());
  assert.equal(await claim('moved', { HOLDFAST_LEDGER: file('moved.db') }), undefined);
  const moved = { DATABASE_URL: postgres.url };
  assert.match((await claim('moved', moved)) ?? '', /^DATABASE_URL: .*moved\.db/);
  const adopted = await holdfast('moved', 'ledger', 'adopt');
  assert.equal(adopted.exitCode, 0);
  assert.match(adopted.stdout, /^moved has given up the ledger \S+moved\.db .*effects restored/s);
  const again = await holdfast('moved', 'ledger', 'adopt');
  assert.equal(again.exitCode, 4);
  assert.equal(await claim('moved', moved), undefined);
  assert.match((await holdfast('moved', 'ledger')).stdout, /in the ledger postgres:/);
});
