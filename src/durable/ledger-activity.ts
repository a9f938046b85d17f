import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { HealthActivity, JournalActivities } from '../activities/create-journal-activities.ts';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
import type { WorkflowRecords } from '../wire/recorded-attempt.ts';
import type { DatedWorkerHealth } from '../wire/worker-health.ts';
import { readQueues } from './read-rules.ts';

type Activities = HealthActivity & JournalActivities & LedgerActivities;

/**
 * What persons ask of ledger and journal. A person waits: what does not work soon is told.
 *
 * @param summary shown by the Temporal UI beside the activity.
 * @param isLong for what goes through all rows and lists.
 */
export function ledgerActivity<Name extends keyof Activities>(
  name: Name,
  summary: string,
  isLong = false,
): Activities[Name] {
  const ask = async (...args: unknown[]) => {
    const { effects } = await readQueues();
    const activities = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>({
      summary,
      taskQueue: effects,
      startToCloseTimeout: isLong ? 3_600_000 : 60_000,
      scheduleToCloseTimeout: isLong ? 3_600_000 : 90_000,
      ...(isLong && { heartbeatTimeout: 120_000 }),
      retry: { initialInterval: 1000, backoffCoefficient: 2, maximumAttempts: 3 },
    });
    return activities[name]?.(...args);
  };
  return ask as Activities[Name];
}

/** A page of the ledger, for `holdfast effects`. */
export const listEffects = ledgerActivity('listEffects', 'list effects');

/** All generations of one effect, for `holdfast effects show`. */
export const showEffect = ledgerActivity('showEffect', 'show an effect');

/** Settles an effect whose own workflow is gone. */
export const resolveEffect = ledgerActivity('resolveEffect', 'resolve an effect');

/** Compares the ledger with the targets, both ways. */
export const reconcileEffects = ledgerActivity('reconcileEffects', 'reconcile', true);

/** Removes rows that cannot be needed any more. */
export const pruneEffects = ledgerActivity('pruneEffects', 'prune', true);

/** Puts in doubt what a ledger from a backup may have forgotten. */
export const ledgerRestored = ledgerActivity('ledgerRestored', 'restored', true);

/** What persons hold, and how the gates of all workers stand, for `holdfast providers`. */
export const readProviders = ledgerActivity('readGates', 'providers');

/** Has all workers send nothing to a provider, for `holdfast providers hold`. */
export const holdProvider = ledgerActivity('holdProvider', 'hold a provider');

/** Takes that back. */
export const releaseProvider = ledgerActivity('releaseProvider', 'release a provider');

const ask = ledgerActivity('readHealth', 'how this worker is');

/** How a worker is, for `holdfast doctor`. */
export async function readHealth(): Promise<DatedWorkerHealth> {
  return { ...(await ask()), serverNowMs: workflowInfo().startTime.getTime() };
}

/** What journal and ledger hold about a workflow, for `holdfast explain`. */
export async function readRecords(workflowId: string): Promise<WorkflowRecords> {
  const [attempts, { effects }] = await Promise.all([
    ledgerActivity('readAttempts', 'explain')(workflowId),
    ledgerActivity('listEffects', 'explain')({ workflowId, limit: 500 }),
  ]);
  return { attempts, effects };
}
