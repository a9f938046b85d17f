/** The queue that workflows run on unless another one is named. */
export const defaultTaskQueue = 'holdfast';

/** The queues after the one of workflows: of their own, so that calls that wait starve no effect. */
export function taskQueuesOf(workflows: string) {
  return { workflows, calls: `${workflows}-calls`, effects: `${workflows}-effects` };
}
