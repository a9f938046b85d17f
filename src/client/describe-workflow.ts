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
  try {
    return await client.workflow.getHandle(workflowIdFor(id)).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new ClientError(
      'not found',
      `there is no workflow ${id} in the namespace ${client.options.namespace}`,
      { cause: error },
    );
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
