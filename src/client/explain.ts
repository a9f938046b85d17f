import type { Client } from '@temporalio/client';
import { answerCommand } from '../wire/describe-park.ts';
import { workflowIdFor } from '../wire/identifiers.ts';
import type { ParkAnswer, Parked } from '../wire/progress.ts';
import type { WorkflowRecords } from '../wire/recorded-attempt.ts';
import { ClientError, isNotFound } from './client-error.ts';
import { type WorkflowStatus, workflowStatus } from './status.ts';
import { type LedgerPlace, throughWorker } from './through-worker.ts';

/** A wait for a person: over when it has an answer. */
export type ExplainedPark = Pick<Parked, 'parkId' | 'step' | 'type'> &
  Pick<Partial<ParkAnswer>, 'since' | 'at' | 'did' | 'by'> & {
    /** What ends it, while it waits. */
    readonly command?: string;
  };

/** All that is known of what a workflow did. */
export interface Explanation extends WorkflowRecords {
  readonly workflowId: string;
  /** Absent when Temporal does not know the workflow any more: journal and ledger outlive it. */
  readonly status?: WorkflowStatus;
  /** In order; known while Temporal knows the workflow. */
  readonly parks: readonly ExplainedPark[];
}

/**
 * Reads every attempt of every call and effect of a workflow, from the worker's journal and ledger.
 *
 * @param id as it was given to the start.
 * @throws ClientError `not found` when Temporal, journal and ledger do not know the workflow,
 *   `unreachable` without a worker.
 */
export async function explainWorkflow(
  client: Client,
  id: string,
  place?: LedgerPlace,
): Promise<Explanation> {
  const workflowId = workflowIdFor(id);
  const [status, records] = await Promise.all([
    workflowStatus(client, id).catch((error: unknown) => {
      if (isNotFound(error)) return error;
      throw error;
    }),
    throughWorker(client, 'readRecords', workflowId, place),
  ]);
  if (status instanceof ClientError) {
    if (records.attempts.length === 0 && records.effects.length === 0) throw status;
    return { workflowId, ...records, parks: [] };
  }
  const { parked = [], answers = [] } = status.progress ?? {};
  const parks: ExplainedPark[] = [
    ...answers,
    ...parked.map((each) => {
      const { parkId, step, type, since } = each;
      return { parkId, step, type, since, command: answerCommand(workflowId, each, parked) };
    }),
  ];
  return { workflowId, status, ...records, parks };
}
