import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../dev/servers/postgres.ts';
import { atSizeTable, measureAtSize } from './at-size.ts';
import { countStatements } from './count-statements.ts';
import { measure } from './measure.ts';
import { openStore, type Store } from './steps.ts';
import { broken, tableOf } from './table.ts';

/**
 * What a claim and a record cost, next to a bare insert of a row of the same size, committed to the
 * disk like them; on PostgreSQL and SQLite, and with the statements that were really sent. Times are
 * those of a machine with nothing else to do: what the bare insert took tells whether it had.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    /** Measures everything on a ledger of so many rows instead. */
    rows: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const rows = values.rows === undefined ? undefined : Number(values.rows);
const longestTurnMs = 50;
const mostMs = 1.5;

const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-ledger-'));
const postgres = await startPostgres({ isSynced: true });
const opened: Store[] = [];
const locations = {
  PostgreSQL: { databaseUrl: postgres.url },
  SQLite: { sqliteFile: path.join(folder, 'ledger.db') },
};

async function onFullLedger(most: number): Promise<string[]> {
  const problems: string[] = [];
  for (const [store, location] of Object.entries(locations)) {
    const measured = await measureAtSize(location, most);
    console.log(`${atSizeTable(`${store}, ${most} rows`, measured)}\n`);
    for (const { name, longestTurnMs: turnMs } of measured) {
      if (turnMs > longestTurnMs) problems.push(`${store}: ${name} has a turn of ${turnMs} ms`);
    }
  }
  return problems;
}

async function onEmptyLedger(): Promise<string[]> {
  const statements = countStatements();
  for (const location of Object.values(locations)) opened.push(await openStore(location));
  const [onPostgres, onSqlite] = await measure(opened, { rounds, warmUp: 100 }, statements);
  if (!onPostgres || !onSqlite) throw new Error('nothing was measured');
  console.log(`${rounds} rounds, one at a time, Node ${process.version}\n`);
  console.log(`${tableOf('PostgreSQL, fsync on', onPostgres)}\n`);
  console.log(`${tableOf('SQLite, synchronous=FULL', onSqlite)}\n`);
  return [
    ...broken(onPostgres, mostMs).map((problem) => `PostgreSQL: ${problem}`),
    ...broken(onSqlite).map((problem) => `SQLite: ${problem}`),
  ];
}

try {
  const problems = rows === undefined ? await onEmptyLedger() : await onFullLedger(rows);
  const promise =
    rows === undefined
      ? `claim and record: one statement each; on PostgreSQL at most ${mostMs} ms at the median`
      : `no turn of the event loop over ${longestTurnMs} ms`;
  console.log(problems.join('\n') || promise);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  for (const store of opened) await store.close();
  await postgres.stop();
  await rm(folder, { recursive: true });
}
