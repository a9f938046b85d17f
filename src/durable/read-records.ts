import type { ProviderGate } from '../wire/provider-gate.ts';
import type { WorkflowRecords } from '../wire/workflow-records.ts';
import { ledgerActivities } from './ledger-activities.ts';

/** What journal and ledger hold about a workflow, for `holdfast explain`. */
export async function readRecords(workflowId: string): Promise<WorkflowRecords> {
  const { readAttempts, listEffects } = ledgerActivities('explain');
  const [attempts, { effects }] = await Promise.all([
    readAttempts(workflowId),
    listEffects({ workflowId, limit: 500 }),
  ]);
  return { attempts, effects };
}

/** How the gates of all workers stand, for `holdfast providers`. */
export function readProviders(): Promise<ProviderGate[]> {
  return ledgerActivities('providers').readGates();
}
