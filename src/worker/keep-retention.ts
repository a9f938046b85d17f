import {
  Client,
  type Connection,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
} from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';

/** How long what is settled is kept, by the workers of a task queue. */
export interface Retention {
  readonly connection: Connection | NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Without it nothing is pruned but by `holdfast effects prune`. */
  readonly retentionDays: number | undefined;
  readonly log: Logger;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Has one of the workers prune once a day. A schedule of Temporal, since it runs once however many
 * workers there are, and is seen, paused and run by hand as others are. What started last decides.
 */
export async function keepRetention(retention: Retention): Promise<void> {
  const { connection, namespace, taskQueue, retentionDays, log } = retention;
  const { schedule } = new Client({ connection, namespace });
  const scheduleId = `holdfast-retention-${taskQueue}`;
  if (retentionDays === undefined) {
    await schedule
      .getHandle(scheduleId)
      .delete()
      .catch((error: Error) => {
        if (error instanceof ScheduleNotFoundError) return;
        // Nothing is asked for: a server without schedules, or a key that may not use them, will do.
        log.warn({ event: 'retention.unknown', error: error.name }, `${scheduleId} may be there`);
      });
    return;
  }
  const options = {
    spec: { intervals: [{ every: dayMs }] },
    action: {
      type: 'startWorkflow' as const,
      workflowType: 'pruneEffects',
      workflowId: scheduleId,
      taskQueue,
      args: [{ olderThanMs: retentionDays * dayMs, dryRun: false }],
    },
    policies: { overlap: 'SKIP' as const },
  };
  try {
    await schedule.create({ scheduleId, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // A person's pause is kept.
    await schedule.getHandle(scheduleId).update(({ state }) => ({ ...options, state }));
  }
}
