import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { causes } from '../failures/find-failure.ts';
import { answerCommand } from '../wire/describe-park.ts';
import { parksFromMemo } from '../wire/park-memo.ts';
import type { Parked } from '../wire/progress.ts';
import { heldState, holdfastState } from '../wire/search-attributes.ts';

/** One wait of a workflow for a person; there may be several. */
export interface ParkedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly parked: Parked;
  /** What a person types to end this wait, and no other of the same workflow. */
  readonly command: string;
}

/** Which waits; all that is given must fit. */
export interface ParkedFilter {
  /** A failure type. */
  readonly type?: string;
  /** The model that was asked, as `provider:model`. */
  readonly model?: string;
  /** The effect's target: `stripe`. */
  readonly target?: string;
}

const running = 'ExecutionStatus = "Running"';
const { name } = holdfastState;

/**
 * What waits for a person, of the workflow with the latest start first. Found by the search attribute;
 * where a server or a workflow has none, among all that run. What they wait for is in their memo, so
 * that no worker is needed. The server's list lags a moment behind.
 */
export async function* listParked(
  client: Client,
  { type, model, target }: ParkedFilter = {},
): AsyncGenerator<ParkedWorkflow> {
  // Not by type: that of a workflow with several parks is not one type.
  for await (const each of listByState(client, `${name} NOT IN ("running", "${heldState}")`)) {
    const { workflowId, runId, type: workflowType } = each;
    const parks = parksFromMemo(each.memo);
    for (const parked of parks) {
      if (type !== undefined && parked.type !== type) continue;
      if (model !== undefined && !('model' in parked && parked.model === model)) continue;
      if (target !== undefined && !('target' in parked && parked.target === target)) continue;
      const command = answerCommand(workflowId, parked, parks);
      yield { workflowId, runId, workflowType, parked, command };
    }
  }
}

/**
 * What runs and is in a state, or has none. A server that does not know the attribute refuses the
 * query: then all that run are looked at.
 */
export async function* listByState(
  client: Client,
  state: string,
): AsyncGenerator<WorkflowExecutionInfo> {
  const query = `${running} AND (${state} OR ${name} IS NULL)`;
  let any = false;
  try {
    for await (const each of client.workflow.list({ query })) {
      any = true;
      yield each;
    }
  } catch (error) {
    const isUnknown = [...causes(error)].some(({ message }) => message.includes(name));
    if (any || !isUnknown) throw error;
    yield* client.workflow.list({ query: running });
  }
}

/**
 * Ids of the workflows that run in the client's namespace and were started by Holdfast, oldest first:
 * those have a fingerprint. The server's list lags a moment behind: a workflow that started just now
 * may be missing.
 *
 * @param atMost ids at most.
 */
export async function listRunning(client: Client, atMost = 1000): Promise<string[]> {
  const ids: string[] = [];
  for await (const each of client.workflow.list({ query: running })) {
    if (each.memo?.fingerprint !== undefined) ids.push(each.workflowId);
    if (ids.length >= atMost) break;
  }
  return ids.reverse();
}
