import { type ActivityInterfaceFor, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import type {
  EffectDetails,
  EffectFilter,
  EffectPage,
  Pruned,
  Reconciliation,
  ResolveEffect,
  Restored,
} from '../wire/ledger-operations.ts';
import type { Resolved } from '../wire/park-answers.ts';
import { taskQueuesOf } from '../wire/task-queues.ts';
import { ledgerActivityOptions, longLedgerActivityOptions } from './activity-options.ts';

/** A page of the ledger, for `holdfast effects`. */
export function listEffects(filter: EffectFilter): Promise<EffectPage> {
  return ledger('list effects').listEffects(filter);
}

/** All generations of one effect, for `holdfast effects show`. */
export function showEffect(key: string): Promise<EffectDetails[]> {
  return ledger('show an effect').showEffect(key);
}

/** Settles an effect whose own workflow is gone. */
export function resolveEffect(request: ResolveEffect): Promise<Resolved> {
  return ledger(`resolve ${request.effect}`).resolveEffect(request);
}

/** Compares the ledger with the targets, both ways. */
export function reconcileEffects(sinceMs: number): Promise<Reconciliation> {
  return ledger('reconcile', true).reconcileEffects(sinceMs);
}

/** Removes rows that cannot be needed any more. */
export function pruneEffects(request: { olderThanMs: number; dryRun: boolean }): Promise<Pruned> {
  return ledger('prune', true).pruneEffects(request);
}

/** Puts in doubt what a ledger from a backup may have forgotten. */
export function ledgerRestored(backupAtMs: number): Promise<Restored> {
  return ledger('restored', true).ledgerRestored(backupAtMs);
}

function ledger(summary: string, isLong = false): ActivityInterfaceFor<LedgerActivities> {
  return proxyActivities<LedgerActivities>({
    ...(isLong ? longLedgerActivityOptions(summary) : ledgerActivityOptions(summary)),
    taskQueue: taskQueuesOf(workflowInfo().taskQueue).effects,
  });
}
