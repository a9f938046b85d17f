import { proxyActivities } from '@temporalio/workflow';
import type { HealthActivity } from '../activities/create-health-activity.ts';
import type { JournalActivities } from '../activities/create-journal-activities.ts';
import type { LedgerActivities } from '../activities/create-ledger-activities.ts';
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
