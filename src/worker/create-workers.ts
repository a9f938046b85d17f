import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { CallActivities } from '../activities/create-activities.ts';
import { createLibraryActivities } from '../activities/create-rules-activity.ts';
import { batchQueueOf, taskQueuesOf } from '../wire/task-queues.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** What the three workers of one process are made from. */
export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Queue of the workflows; calls and effects get theirs from it. */
  readonly taskQueue: string;
  /** Without: those of the application of orders. */
  readonly workflowsPath?: string;
  /** The local activities that workflows of applications begin with. */
  readonly rules?: object;
  /** Without: this process serves no model calls. */
  readonly calls?: CallActivities;
  /** Without: this process serves no batches. */
  readonly batches?: object;
  /** Without: this process serves no effects. */
  readonly effects?: object;
  readonly concurrentCalls?: number;
  readonly concurrentEffects?: number;
  /** How long attempts may go on after shutdown was asked for. */
  readonly shutdownGraceMs?: number;
  /** 0: every task of a workflow replays its history, as on a worker that has just started. */
  readonly cachedWorkflows?: number;
  /**
   * Runs workflows in the process's own thread, for tests and debuggers: that saves a third of a
   * second. The SDK then does not end a workflow that blocks (5 s otherwise), and its hooks for
   * stack traces and unhandled rejections are those of the whole process.
   */
  readonly debugMode?: boolean;
}

/**
 * Errors that fail a workflow, besides failures: an input that fits no schema. A mistake in the code
 * (`TypeError` and its like) fails the workflow *task*, which waits for the corrected deploy, so that
 * nothing that was paid for is lost; `status` and an alert tell of it (docs/operations.md).
 */
export const workflowFailureErrorTypes = { '*': ['ZodError', '$ZodError'] };

/** What differs from the SDK's own defaults, on every worker. */
export const workerDefaults = {
  // Cancellation travels with heartbeats, and they are throttled to 0.8 of the timeout by default.
  maxHeartbeatThrottleInterval: '500ms',
  defaultHeartbeatThrottleInterval: '500ms',
  // How long the workflows of a killed worker wait on its sticky queue.
  stickyQueueScheduleToStartTimeout: '1s',
  // Of a workflow's few tasks the first is on the other queue: with the SDK's fifth of the polls for it, new
  // workflows waited there while eight polls waited for nothing (2.5 times as many calls a second, measured).
  nonStickyToStickyPollRatio: 0.5,
} satisfies Partial<WorkerOptions>;

/** Ranges of batches that a process runs at once; all of its lines together are fewer than its calls. */
const rangesAtOnce = 16;

/** Creates the workers: workflows, calls and effects, each on a queue with slots of its own. */
export async function createWorkers(options: WorkersOptions) {
  const { connection, namespace, taskQueue } = options;
  const queues = taskQueuesOf(taskQueue);
  const shared = {
    ...workerDefaults,
    connection,
    namespace,
    shutdownGraceTime: options.shutdownGraceMs ?? 70_000,
    debugMode: options.debugMode ?? false,
  } satisfies Partial<WorkerOptions>;
  const activityWorker = (queue: string, activities: object | undefined, slots: number) =>
    activities
      ? [
          Worker.create({
            ...shared,
            taskQueue: queue,
            activities,
            maxConcurrentActivityTaskExecutions: slots,
          }),
        ]
      : [];
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue,
      workflowBundle: await workflowBundle(options.workflowsPath),
      ...(options.cachedWorkflows !== undefined && { maxCachedWorkflows: options.cachedWorkflows }),
      activities: { ...createLibraryActivities(), ...options.rules },
      // What is scheduled on this queue is local.
      enableNonLocalActivities: false,
      workflowFailureErrorTypes,
    }),
    ...activityWorker(queues.calls, options.calls, options.concurrentCalls ?? 1000),
    ...activityWorker(batchQueueOf(taskQueue), options.batches, rangesAtOnce),
    ...activityWorker(queues.effects, options.effects, options.concurrentEffects ?? 50),
  ]);
  /** Asks for the drain: no new tasks, running attempts finish within the grace period. */
  const shutdown = () => {
    for (const worker of workers) {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
  };
  return {
    /** Runs until shutdown; rejects when a worker fails for good. */
    run: async () => {
      const runs = workers.map((worker) => worker.run());
      try {
        await Promise.all(runs);
      } finally {
        // When one worker fails, the others stop too: the rest would look healthy.
        shutdown();
        await Promise.allSettled(runs);
      }
    },
    shutdown,
  };
}
