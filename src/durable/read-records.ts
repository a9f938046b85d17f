import type { WorkflowRecords } from '../wire/workflow-records.ts';
import { ledgerActivity } from './ledger-activity.ts';

/** What journal and ledger hold about a workflow, for `holdfast explain`. */
export async function readRecords(workflowId: string): Promise<WorkflowRecords> {
  const [attempts, { effects }] = await Promise.all([
    ledgerActivity('readAttempts', 'explain')(workflowId),
    ledgerActivity('listEffects', 'explain')({ workflowId, limit: 500 }),
  ]);
  return { attempts, effects };
}
