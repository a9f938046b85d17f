import { Context } from '@temporalio/activity';
import type { ClientBatchEnd } from '../batch/files/client-batch-store.ts';
import { endClientBatch } from '../batch/files/end-client-batch.ts';
import type { ClientBatchState } from '../batch/files/file-tables.ts';
import {
  type ClientBatches,
  type ReadClientBatchOptions,
  readClientBatch,
} from '../batch/files/read-client-batch.ts';
import type { RunRange } from '../batch/run/run-range.ts';
import type { MarkedState } from '../batch/store/batch-store.ts';
import { cancelSubmissions } from '../batch/submit/cancel-submissions.ts';
import { collectLines } from '../batch/submit/collect-lines.ts';
import { type Stop, type SubmitDependencies, submitLines } from '../batch/submit/submit-lines.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { BatchInput, BatchRules, LineRange, RangeInput, RangeResult } from '../wire/batch.ts';
import { namespaceIdOf } from '../wire/namespace-id.ts';

/** What {@link createBatchActivities} needs. */
export interface BatchDependencies {
  /** Opened when the first batch comes: most workers have none. */
  readonly open: () => ClientBatches & SubmitDependencies & { readonly runRange: RunRange };
  /** What clients' files are checked against. */
  readonly checks: ReadClientBatchOptions;
  /** Aborts when the worker drains. */
  readonly draining: AbortSignal;
}

/** How many submissions are still at their providers, or why none is made. */
export type Tended = Stop | { readonly kind: 'tended'; readonly open: number };

/** Lines that an activity runs. */
const linesOfRange = 500;
/** Ranges that are handed out before the workflow continues as new. */
const rangesOfRun = 100;
const beatEveryMs = 2000;

/** Activities of the workflow `batch`. */
export function createBatchActivities({ open, checks, draining }: BatchDependencies) {
  let server: Promise<string> | undefined;
  return {
    /** Lines of a batch that have no end yet, in ranges; none when all have one. */
    openRanges: (id: string): Promise<LineRange[]> =>
      open().batches.openRanges(id, linesOfRange, rangesOfRun),

    /** Says to those who look into the database where a batch stands. */
    markBatch: (id: string, state: MarkedState, parked?: string): Promise<void> =>
      open().batches.mark(id, state, parked),

    /** Checks a client's file, and stores its lines. @returns where the batch stands then. */
    readClientFile: (id: string): Promise<ClientBatchState> =>
      beating(() => readClientBatch(open(), checks, id)),

    /** Ends a client's batch, and makes files of its results. */
    endClientBatch: (
      id: string,
      how: ClientBatchEnd,
      why?: { readonly code: string; readonly problem: string },
    ): Promise<void> => beating(() => endClientBatch(open(), id, how, why)),

    /** Takes what providers have ended of a batch, and submits what was not. */
    tendSubmissions: (input: BatchInput & BatchRules): Promise<Tended> =>
      beating(async () => {
        const { viaBatchApi } = input;
        const { submits = false, thenLive = false } = viaBatchApi ?? {};
        const { cancellationSignal } = Context.current();
        const stopping = AbortSignal.any([cancellationSignal, draining]);
        const running = await collectLines(open(), { ...input, thenLive });
        const stop = submits ? await submitLines(open(), input, stopping) : undefined;
        cancellationSignal.throwIfAborted();
        if (draining.aborted) throw workerStops();
        if (stop) return stop;
        const { length } = await open().submissions.open(input.id);
        return { kind: 'tended', open: Math.max(running, length) };
      }),

    /** No line of it is to be run any more by its providers; what they had run is taken. */
    cancelSubmissions: (input: BatchInput & BatchRules): Promise<void> =>
      beating(() => cancelSubmissions(open(), input)),

    /** Runs what has no end yet of a range. When it is to stop, what is under way still ends. */
    async runRange(range: RangeInput): Promise<RangeResult> {
      const context = Context.current();
      const { info, cancellationSignal: cancelled } = context;
      const isWorkerStopping = () => context.cancellationDetails?.workerShutdown === true;
      const ends = new AbortController();
      cancelled.addEventListener('abort', () => isWorkerStopping() && ends.abort());
      try {
        const owner = `${info.workflowExecution?.runId}/${info.activityId}/${info.attempt}`;
        const stopping = AbortSignal.any([cancelled, draining]);
        server ??= namespaceIdOf(context.client);
        const sinceMs = info.currentAttemptScheduledTimestampMs;
        const runner = { owner, server: await server, sinceMs };
        const result = await beating(() =>
          open().runRange(range, { ...runner, stopping, signal: ends.signal }),
        );
        if (result.kind === 'done' && draining.aborted) throw workerStops();
        if (cancelled.aborted) throw isWorkerStopping() ? workerStops() : cancelled.reason;
        return result;
      } catch (error) {
        throw ends.signal.aborted ? workerStops() : error;
      }
    },
  };
}

/** Beats while it works. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const heart = setInterval(() => context.heartbeat(), beatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(heart);
  }
}

function workerStops() {
  return createFailure('WorkerLost', 'the worker was shut down during the range');
}

/** What workflows know of them, by `import type` only. */
export type BatchActivities = ReturnType<typeof createBatchActivities>;
