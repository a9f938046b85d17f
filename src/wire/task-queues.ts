/** The queue that workflows run on unless another one is named. */
export const defaultTaskQueue = 'holdfast';

/** Calls and effects have queues of their own, so that calls that wait starve no effect. */
export interface TaskQueues {
  readonly workflows: string;
  readonly calls: string;
  readonly effects: string;
}

/** The three queues, named after the one that workflows are started on. */
export function taskQueuesOf(workflows: string): TaskQueues {
  return { workflows, calls: `${workflows}-calls`, effects: `${workflows}-effects` };
}
