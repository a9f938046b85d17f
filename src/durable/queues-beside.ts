import { type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import { batchQueueOf, taskQueuesOf } from '../wire/task-queues.ts';

/**
 * In the bundles of Holdfast's own workers: a call for which its workflow names no queue goes to the
 * queue of calls. On a worker with the plugin there is no such interceptor, and it stays on the one
 * queue that this worker has. So no workflow asks its worker first, which costs a task of each.
 */
export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        const workflows = workflowInfo().taskQueue;
        const isRange = input.activityType === 'runRange';
        const usual = isRange ? batchQueueOf(workflows) : taskQueuesOf(workflows).calls;
        const { taskQueue = usual } = input.options;
        return next({ ...input, options: { ...input.options, taskQueue } });
      },
    },
  ],
});
