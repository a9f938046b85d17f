import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ListedEffect } from '../../wire/effect-call.ts';
import { keyPrefix, parseIdempotencyKey } from '../../wire/idempotency-key.ts';
import type { Pruned } from '../../wire/ledger-operations.ts';
import type { Effect } from '../once/effect.ts';
import type { DatedRow, Ledger } from '../once/ledger.ts';
import { operatorStatements } from '../once/operator-statements.ts';

/** What is to be removed. */
export interface PruneOptions {
  /** Rows that changed since then are kept; an effect's own retention is kept too. */
  readonly olderThanMs: number;
  readonly effects: readonly ListedEffect[];
  /** The same effects with their code: some remove what they wrote together with the row. */
  readonly declared?: readonly Effect<unknown, unknown>[];
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
 * and of workflows that Temporal has forgotten; and attempts and doubts that are older than asked. What is `started` or `unknown` stays for ever.
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
      else removed += await remove(ledger, row, { name, changedBeforeMs, options });
    }
  }
  const attempts = await removeAttempts(ledger, options);
  const doubts = await removeDoubts(ledger, options);
  return { removed, keptForWorkflow, attempts, doubts, dryRun };
}

/** The row, and what its effect wrote beside it: both go, or neither. */
function remove(
  ledger: Ledger,
  row: DatedRow,
  how: { readonly name: string; readonly changedBeforeMs: number; readonly options: PruneOptions },
): Promise<number> {
  const effect = how.options.declared?.find(({ name }) => name === how.name);
  return ledger.transaction(async (_, transaction) => {
    const { remove: removeRow } = operatorStatements(transaction, ledger.kind);
    const removed = await removeRow(row.key, row.nowMs - how.changedBeforeMs);
    if (removed > 0 && effect?.way === 'same transaction') {
      await effect.forget?.(row.key, transaction);
    }
    return removed;
  });
}

/** A few at a time: what else the worker does has its turns in between. */
async function removeAttempts(ledger: Ledger, options: PruneOptions): Promise<number> {
  const { olderThanMs, dryRun } = options;
  let removed = 0;
  let page: number;
  do {
    page = await ledger.operator.removeAttempts(olderThanMs, { limit: pageSize, dryRun });
    removed += page;
    options.onProgress?.();
    await nextTurn();
  } while (!dryRun && page === pageSize);
  return removed;
}

async function removeDoubts(ledger: Ledger, options: PruneOptions): Promise<number> {
  const { olderThanMs, scope, dryRun } = options;
  const prefix = keyPrefix(scope);
  let removed = 0;
  let after: string | undefined;
  do {
    const page = { olderThanMs, limit: pageSize, ...(after !== undefined && { after }) };
    const owners = await ledger.operator.listDoubts(prefix, page);
    const forgotten: string[] = [];
    for (const owner of owners) {
      options.onProgress?.();
      if (!(await options.workflowExists(owner.slice(prefix.length)))) forgotten.push(owner);
    }
    if (!dryRun) await ledger.operator.removeDoubts(forgotten);
    removed += forgotten.length;
    after = owners.length === pageSize ? owners.at(-1) : undefined;
  } while (after !== undefined);
  return removed;
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
