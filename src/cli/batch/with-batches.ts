import { createHash } from 'node:crypto';
import path from 'node:path';
import { type BatchStore, batchStore } from '../../batch/store/batch-store.ts';
import { type Config, loadConfig } from '../../config.ts';
import type { OpenDatabase } from '../../database/open-database.ts';
import { openMigrated } from '../../database/open-migrated.ts';

/** Opens the ledger's database, where batches are, for the time of a command. */
export function withBatches<T>(
  work: (store: BatchStore, config: Config) => Promise<T>,
): Promise<T> {
  return withDatabase((opened, config) => work(batchStore(opened), config));
}

/**
 * Opens the ledger's database for the time of a command.
 *
 * @throws CannotStart
 */
export async function withDatabase<T>(
  work: (opened: OpenDatabase, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const { DATABASE_URL: databaseUrl, HOLDFAST_LEDGER: sqliteFile } = config;
  const opened = await openMigrated({ databaseUrl, sqliteFile }, { connections: 2 });
  try {
    return await work(opened, config);
  } finally {
    await opened.database.destroy();
  }
}

/** A batch is known by the folder of its results: its name, and a hash of where it is. */
export function batchIdFor(folder: string): string {
  const whole = path.resolve(folder);
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 10);
  const name = path
    .basename(whole)
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 60);
  return `batch-${name}-${hash}`;
}
