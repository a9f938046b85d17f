import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { workflowIdFor } from '../wire/identifiers.ts';
import { heldState, holdfastState } from '../wire/search-attributes.ts';
import { ClientError } from './client-error.ts';

/**
 * The server's view of the latest execution under an id.
 *
 * @param id as it was given to the start: an id that had to be hashed is found again.
 * @throws ClientError `not found`
 */
export async function describeWorkflow(
  client: Client,
  id: string,
): Promise<WorkflowExecutionDescription> {
  const found = await describeIfThere(client, workflowIdFor(id));
  if (found) return found;
  const words = `there is no workflow ${id} in the namespace ${client.options.namespace}`;
  throw new ClientError('not found', words);
}

/** The same, of one that runs. @throws ClientError also for one that is closed. */
export async function describeRunning(client: Client, id: string) {
  const found = await describeWorkflow(client, id);
  const status = found.status.name;
  if (status === 'RUNNING') return found;
  throw new ClientError('InvalidRequest', `${id} is closed (${status.toLowerCase()})`);
}

/** The same by the workflow's own id; `undefined` where there is none. */
export async function describeIfThere(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** What a running workflow waits for a person to do, by attribute or memo: no worker is needed. */
export function waitsFor(description: WorkflowExecutionDescription): string | undefined {
  if (description.status.name !== 'RUNNING') return undefined;
  const state =
    description.typedSearchAttributes.get(holdfastState) ?? description.memo?.holdfastState;
  const isPark = typeof state === 'string' && state !== 'running' && state !== heldState;
  return isPark ? state : undefined;
}
