import type { Progress } from './parent.ts';

/** The part of a Temporal client that counts; the same in every version of the SDK. */
interface CountingClient {
  readonly workflow: { count(query: string): Promise<{ readonly count: number }> };
}

/** How many workflows have come to which end, by the server's own list. */
export async function countWorkflows({ workflow }: CountingClient): Promise<Progress> {
  const [done, lost] = await Promise.all([
    workflow.count(`ExecutionStatus = 'Completed'`),
    // A run that continued as new is neither: the next one goes on.
    workflow.count(`ExecutionStatus NOT IN ('Running', 'Completed', 'ContinuedAsNew')`),
  ]);
  return { done: done.count, lost: lost.count };
}
