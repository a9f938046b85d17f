import { AttemptError } from '../../failures/attempt-error.ts';
import { keyOwner, keyPrefix } from '../../wire/idempotency-key.ts';
import type { Restored } from '../../wire/ledger-operations.ts';
import type { Ledger } from '../once/ledger.ts';

/** Which backup the ledger was restored from, and who may have done something since. */
export interface RestoreOptions {
  /** When the backup was made, rather a little earlier than later. */
  readonly backupAtMs: number;
  readonly scopes: readonly string[];
  /** Ids of all workflows that were not closed by then. */
  readonly workflows: Iterable<string> | AsyncIterable<string>;
  readonly onProgress?: () => void;
}

const batchSize = 500;

/**
 * After a restore from a backup: what the ledger has no row for may have been done since the backup
 * all the same. From now on a first claim of these workflows is in doubt, as if an attempt had been
 * sent right after the backup, and each effect's way of being once does the rest. It may be repeated.
 *
 * @throws AttemptError `InvalidRequest` for a time in the future.
 */
export async function doubtAfterRestore(
  ledger: Ledger,
  { backupAtMs, scopes, workflows, onProgress }: RestoreOptions,
): Promise<Restored> {
  if (backupAtMs > Date.now()) {
    const reason = 'the time of the backup is in the future';
    throw new AttemptError({ type: 'InvalidRequest', by: 'ledger', reason, sent: false });
  }
  let count = 0;
  let batch = new Set<string>();
  const flush = async () => {
    const owners = scopes.flatMap((scope) => [...batch].map((id) => keyOwner(scope, id)));
    await ledger.operator.doubtOwners(owners, backupAtMs);
    count += batch.size;
    batch = new Set();
    onProgress?.();
  };
  for await (const workflowId of workflows) {
    batch.add(workflowId);
    if (batch.size === batchSize) await flush();
  }
  if (batch.size > 0) await flush();
  let released = 0;
  for (const scope of scopes) {
    released += await ledger.operator.doubtReleased(keyPrefix(scope), backupAtMs);
  }
  return { backupTime: new Date(backupAtMs).toISOString(), workflows: count, released };
}
