import type { ListedEffect } from '../../wire/effect-call.ts';
import { keyPrefix, parseIdempotencyKey } from '../../wire/idempotency-key.ts';
import type { Pruned } from '../../wire/ledger-operations.ts';
import type { DatedRow, Ledger } from '../once/ledger.ts';

/** What is to be removed. */
export interface PruneOptions {
  /** Rows that changed since then are kept; an effect's own retention is kept too. */
  readonly olderThanMs: number;
  readonly effects: readonly ListedEffect[];
  /** Keys of other scopes are another environment's business. */
  readonly scope: string;
  /** Whether Temporal still has the workflow, running or closed: it could be Reset. */
  readonly workflowExists: (workflowId: string) => Promise<boolean>;
  readonly dryRun: boolean;
  readonly onProgress?: () => void;
}

const dayMs = 24 * 60 * 60 * 1000;
const pageSize = 200;

/**
 * Removes rows that cannot be needed any more: settled, older than asked and than their effect's retention,
 * and of workflows that Temporal has forgotten. What is `started` or `unknown` stays for ever.
 * Fencing tokens come from a sequence, so none comes back.
 */
export async function pruneLedger(ledger: Ledger, options: PruneOptions): Promise<Pruned> {
  const { olderThanMs, effects, scope, dryRun } = options;
  let removed = 0;
  let keptForWorkflow = 0;
  for (const { name, retentionDays } of effects) {
    const changedBeforeMs = Math.max(olderThanMs, retentionDays * dayMs);
    for await (const row of oldRows(ledger, name, changedBeforeMs, scope)) {
      options.onProgress?.();
      const { workflowId = '' } = parseIdempotencyKey(row.key) ?? {};
      if (await options.workflowExists(workflowId)) keptForWorkflow += 1;
      else if (dryRun) removed += 1;
      else removed += await ledger.operator.remove(row.key, row.nowMs - changedBeforeMs);
    }
  }
  return { removed, keptForWorkflow, dryRun };
}

async function* oldRows(
  ledger: Ledger,
  effect: string,
  changedBeforeMs: number,
  scope: string,
): AsyncGenerator<DatedRow> {
  let after: DatedRow | undefined;
  do {
    const page = await ledger.operator.list({
      effect,
      keyPrefix: keyPrefix(scope),
      states: ['succeeded', 'failed', 'released'],
      changedBeforeMs,
      limit: pageSize,
      ...(after && { after }),
    });
    yield* page;
    after = page.length === pageSize ? page.at(-1) : undefined;
  } while (after);
}
