import {
  Client,
  type Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Ledger } from '../effects/once/ledger.ts';
import { CannotStart } from '../failures/cannot-start.ts';
import {
  type LedgerRecord,
  ledgerRecord,
  ledgerRecordId,
  memoOf,
  recordFromMemo,
} from '../wire/ledger-record.ts';

/** A worker that wants to serve scopes with a ledger. */
export interface LedgerClaim {
  readonly connection: Connection | NativeConnection;
  readonly namespace: string;
  readonly scopes: readonly string[];
  readonly ledger: Pick<Ledger, 'id' | 'name'>;
  /** What names the ledger: `DATABASE_URL` or `HOLDFAST_LEDGER`. */
  readonly variable: string;
}

/**
 * Makes sure that the effects of a scope are in one ledger, which Temporal keeps: a second ledger
 * would know nothing of what was done, and do it again. The first worker of all says which it is; of
 * two at once the server lets one.
 *
 * @throws CannotStart naming both ledgers.
 */
export async function assertOneLedger(claim: LedgerClaim): Promise<void> {
  const { connection, namespace, scopes, ledger } = claim;
  const client = new Client({ connection, namespace });
  for (const scope of scopes) {
    const kept = await keep(client, scope, ledger);
    if (kept.id !== ledger.id) throw otherLedger(claim, scope, kept);
  }
}

/** The ledger of a scope: this one, where there was none. */
async function keep(client: Client, scope: string, ledger: LedgerRecord): Promise<LedgerRecord> {
  const workflowId = ledgerRecordId(scope);
  try {
    await client.workflow.start(ledgerRecord.workflowType, {
      ...{ workflowId, taskQueue: ledgerRecord.taskQueue, args: [], memo: memoOf(ledger) },
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `the ledger of ${scope}: ${ledger.name}`,
    });
    return ledger;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  const kept = await client.workflow
    .getHandle(workflowId)
    .describe()
    .then(({ memo }) => recordFromMemo(memo))
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  // Adopted in between, or kept by nobody of ours.
  return kept ?? keep(client, scope, ledger);
}

function otherLedger({ ledger, variable }: LedgerClaim, scope: string, kept: LedgerRecord) {
  const isReplaced = kept.name === ledger.name;
  const what = isReplaced
    ? `${ledger.name} is a new ledger (${ledger.id}), and the effects of the scope ${scope} are in the one that was there before (${kept.id}): put that back from its backup`
    : `the effects of the scope ${scope} are in the ledger ${kept.name} (${kept.id}), and this worker would write to ${ledger.name} (${ledger.id}): name the same ledger for all workers`;
  return new CannotStart(
    variable,
    `${what}; if it was moved here or is lost for good, run \`holdfast ledger adopt\`, and start this worker again`,
  );
}
