import { openLedger } from '../../src/effects/once/open-ledger.ts';
import { idempotencyKey } from '../../src/wire/idempotency-key.ts';
import { type Cell, cellId } from './cells.ts';
import { scope, type WorkerSettings } from './worker-settings.ts';

/** What the ledger says of a cell's effect, in the words of the matrix. */
export async function ledgerSays(cell: Cell, settings: WorkerSettings): Promise<string> {
  const { effect, point } = cell;
  const location = effect === 'save' ? (settings.saves[point] ?? settings.ledger) : settings.ledger;
  const ledger = await openLedger(location);
  try {
    const key = idempotencyKey({ scope, workflowId: cellId(cell), effect });
    const row = await ledger.operator.latest(key);
    if (!row || row.state === 'released') return 'none';
    if (row.state === 'started' && row.leaseLeftMs <= 0) return 'unknown';
    return row.state === 'succeeded' ? 'done' : row.state;
  } finally {
    await ledger.close();
  }
}
