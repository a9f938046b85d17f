import type { Client } from '@temporalio/client';
import { type LedgerRecord, ledgerRecordId, recordFromMemo } from '../wire/ledger-record.ts';
import { ClientError } from './client-error.ts';
import { describeIfThere } from './describe-workflow.ts';

/** The ledger that a scope's effects are in, as the first worker said. */
export interface ScopeLedger extends LedgerRecord {
  readonly scope: string;
  readonly since: Date;
}

/**
 * Which ledger the effects of a scope are in. No worker is needed.
 *
 * @throws ClientError `not found` while no worker has said so.
 */
export async function ledgerOf(client: Client, scope: string): Promise<ScopeLedger> {
  const found = await describeIfThere(client, ledgerRecordId(scope));
  const record = recordFromMemo(found?.memo);
  if (found?.status.name === 'RUNNING' && record)
    return { scope, ...record, since: found.startTime };
  const where = `in the namespace ${client.options.namespace}`;
  throw new ClientError('not found', `no worker has served the scope ${scope} ${where} yet`);
}

/**
 * Gives up the ledger of a scope: the next worker that starts says which it is from then on. What only
 * the old one knew may be done again; `ledgerRestored` puts that in doubt.
 *
 * @returns the one that was given up.
 * @throws ClientError `not found` when there is none.
 */
export async function adoptLedger(client: Client, scope: string): Promise<ScopeLedger> {
  const kept = await ledgerOf(client, scope);
  const reason = `another ledger is adopted by ${client.options.identity}`;
  await client.workflow.getHandle(ledgerRecordId(scope)).terminate(reason);
  return kept;
}
