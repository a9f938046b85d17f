/** The queue that workflows run on unless another one is named. */
export const defaultTaskQueue = 'holdfast';

/** Where the activities of a workflow go: its worker says it, and the history holds it. */
export interface ActivityQueues {
  readonly calls: string;
  readonly effects: string;
}

/** Queues beside the one of workflows: of their own, so that calls that wait starve no effect. */
export function taskQueuesOf(workflows: string): ActivityQueues {
  return { calls: `${workflows}-calls`, effects: `${workflows}-effects` };
}

/** Ranges of batches have a queue too: each is hundreds of calls, so a worker takes few at once. */
export function batchQueueOf(workflows: string): string {
  return `${workflows}-batches`;
}

/** Everything on one queue, for a worker that is not Holdfast's. */
export function oneQueueFor(workflows: string): ActivityQueues {
  return { calls: workflows, effects: workflows };
}
