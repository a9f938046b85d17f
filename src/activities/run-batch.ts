import { Context } from '@temporalio/activity';
import type { RunRange } from '../batch/run/run-range.ts';
import type { BatchStore, MarkedState } from '../batch/store/batch-store.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { LineRange, RangeInput, RangeResult } from '../wire/batch.ts';

/** What {@link createBatchActivities} needs. */
export interface BatchDependencies {
  /** Opened when the first batch comes: most workers have none. */
  readonly open: () => { readonly store: BatchStore; readonly runRange: RunRange };
  /** Aborts when the worker drains. */
  readonly draining: AbortSignal;
}

/** Lines that an activity runs. */
const linesOfRange = 500;
/** Ranges that are handed out before the workflow continues as new. */
const rangesOfRun = 100;
const beatEveryMs = 2000;

/** Activities of the workflow `batch`. */
export function createBatchActivities({ open, draining }: BatchDependencies) {
  return {
    /** Lines of a batch that have no end yet, in ranges; none when all have one. */
    openRanges: (id: string): Promise<LineRange[]> =>
      open().store.openRanges(id, linesOfRange, rangesOfRun),

    /** Says to those who look into the database where a batch stands. */
    markBatch: (id: string, state: MarkedState): Promise<void> => open().store.mark(id, state),

    /** Runs what has no end yet of a range. When it is to stop, what is under way still ends. */
    async runRange(range: RangeInput): Promise<RangeResult> {
      const context = Context.current();
      const { info, cancellationSignal: cancelled } = context;
      const heart = setInterval(() => context.heartbeat(), beatEveryMs);
      const isWorkerStopping = () => context.cancellationDetails?.workerShutdown === true;
      const ends = new AbortController();
      cancelled.addEventListener('abort', () => isWorkerStopping() && ends.abort());
      try {
        const result = await open().runRange(range, {
          owner: `${info.workflowExecution?.runId}/${info.activityId}/${info.attempt}`,
          stopping: AbortSignal.any([cancelled, draining]),
          signal: ends.signal,
        });
        if (result.kind === 'done' && draining.aborted) throw workerStops();
        if (cancelled.aborted) throw isWorkerStopping() ? workerStops() : cancelled.reason;
        return result;
      } catch (error) {
        throw ends.signal.aborted ? workerStops() : error;
      } finally {
        clearInterval(heart);
      }
    },
  };
}

function workerStops() {
  return createFailure('WorkerLost', 'the worker was shut down during the range');
}

/** What workflows know of them, by `import type` only. */
export type BatchActivities = ReturnType<typeof createBatchActivities>;
