import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { causes } from '../failures/find-failure.ts';
import { parkedFromMemo } from '../wire/describe-park.ts';
import type { Parked } from '../wire/progress.ts';
import { heldState, holdfastState } from '../wire/search-attributes.ts';

/** A workflow that waits for a person. */
export interface ParkedWorkflow {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly parked: Parked;
}

/** Which of them; all that is given must fit. */
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
 * Workflows that wait for a person, the latest start first. Found by the search attribute; where a
 * server or a workflow has none, among all that run. What they wait for is in their memo, so that
 * no worker is needed. The server's list lags a moment behind.
 */
export async function* listParked(
  client: Client,
  { type, model, target }: ParkedFilter = {},
): AsyncGenerator<ParkedWorkflow> {
  const state =
    type === undefined
      ? `${name} NOT IN ("running", "${heldState}")`
      : `${name} = "${quoted(type)}"`;
  for await (const each of listByState(client, state)) {
    const parked = parkedFromMemo(each.memo?.holdfastParked);
    if (!parked || (type !== undefined && parked.type !== type)) continue;
    if (model !== undefined && !('model' in parked && parked.model === model)) continue;
    if (target !== undefined && !('target' in parked && parked.target === target)) continue;
    yield { workflowId: each.workflowId, runId: each.runId, workflowType: each.type, parked };
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
    if (any || !isUnknownAttribute(error)) throw error;
    yield* client.workflow.list({ query: running });
  }
}

function isUnknownAttribute(error: unknown): boolean {
  return [...causes(error)].some(({ message }) => message.includes(name));
}

function quoted(text: string): string {
  return text.replace(/[\\"]/g, '\\$&');
}
