import {
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../activities/run-batch.ts';
import { createFailure } from '../failures/create-failure.ts';
import { isCancelled } from '../failures/find-failure.ts';
import type { BatchInput, BatchRules, LineRange, RangeResult } from '../wire/batch.ts';
import { pauseBatchSignal, runBatchSignal } from './messages.ts';
import { type ProgressTracker, trackProgress } from './track-progress.ts';

/** What an earlier run of the same batch hands on. */
export interface BatchBefore {
  readonly isPaused: boolean;
  readonly rules: BatchRules;
  readonly progress: NonNullable<Parameters<typeof trackProgress>[0]>;
}

/** A range of 500 lines takes some events; a range that is held again and again takes more. */
const fullEvents = 4000;
/** Lines of a range side by side at most: with more of them, more would wait for its slowest. */
const sideBySide = 64;

type Stop = Extract<RangeResult, { kind: 'stopped' }>;

/**
 * Hands out the lines of a batch in ranges, a window of them at a time over all workers. What became of
 * each line is in the database: this knows only which ranges are under way.
 */
export async function batch(input: BatchInput, before?: BatchBefore): Promise<void> {
  const { id, client } = input;
  const progress = trackProgress(before?.progress);
  let isPaused = before?.isPaused ?? false;
  let hasNews = false;
  let pausing: CancellationScope | undefined;
  let rules = before?.rules;
  setHandler(runBatchSignal, (next) => {
    rules = next;
    hasNews = true;
  });
  setHandler(pauseBatchSignal, (paused) => {
    isPaused = paused;
    if (paused) pausing?.cancel();
  });
  const { openRanges, markBatch } = proxyActivities<BatchActivities>({
    startToCloseTimeout: '5 minutes',
    retry: { maximumInterval: '30 seconds' },
  });

  const long = {
    startToCloseTimeout: '6 hours',
    heartbeatTimeout: '10 seconds',
    retry: { maximumInterval: '30 seconds' },
  } as const;
  const { readClientFile, endClientBatch, cancelSubmissions } =
    proxyActivities<BatchActivities>(long);
  const { tendSubmissions } = proxyActivities<BatchActivities>({
    ...long,
    // What is about to be submitted is to be known before it is cancelled.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  const window = completionWindow(client?.expiresAtMs);
  let gaveUp: Stop | undefined;

  async function end(how: Parameters<typeof endClientBatch>[1]): Promise<void> {
    const why = gaveUp && { code: gaveUp.type, problem: gaveUp.message };
    if (client) await endClientBatch(id, how, why);
    else if (how !== 'failed') await markBatch(id, how === 'completed' ? 'ended' : 'cancelled');
  }

  try {
    await window.scope.run(async () => {
      if (client && !before) {
        progress.step('validating');
        const state = await readClientFile(id);
        if (state === 'cancelling') return end('cancelled');
        if (state !== 'in_progress' && state !== 'finalizing') return progress.step('done');
      }
      await runLines();
    });
  } catch (error) {
    const how = window.isOver() ? 'expired' : isCancelled(error) ? 'cancelled' : 'failed';
    if (how === 'cancelled' && rules?.viaBatchApi) {
      const ruling = rules;
      await CancellationScope.nonCancellable(() => cancelSubmissions({ ...input, ...ruling }));
    }
    const isEnd = how !== 'failed' || gaveUp !== undefined;
    if (isEnd) await CancellationScope.nonCancellable(() => end(how));
    if (how !== 'expired') throw error;
    progress.step('done');
  }

  async function runLines(): Promise<void> {
    for (;;) {
      if (isPaused) {
        progress.step('paused');
        await markBatch(id, 'paused');
        await condition(() => !isPaused);
        await markBatch(id, 'ready');
      }
      await condition(() => rules !== undefined);
      if (!rules) continue;
      hasNews = false;
      if (rules.viaBatchApi) {
        const tended = await tendSubmissions({ ...input, ...rules });
        if (tended.kind === 'stopped') await untilResumed(tended, rules);
        else if (tended.open > 0) {
          progress.step(`${tended.open} batches at providers`);
          await condition(() => isPaused || hasNews, rules.viaBatchApi.pollMs);
        }
        if (tended.kind === 'stopped' || tended.open > 0) {
          await continueWhenFull(rules);
          continue;
        }
      }
      const ranges = await openRanges(id);
      if (ranges.length === 0) {
        await end('completed');
        if (hasNews) continue;
        progress.step('done');
        return;
      }
      let stop: Stop | undefined;
      const ruling = rules;
      await CancellationScope.cancellable(async () => {
        pausing = CancellationScope.current();
        stop = await runRanges(ranges, input, ruling, progress);
      }).catch((error: unknown) => {
        const isWhole = CancellationScope.current().consideredCancelled;
        if (!isPaused || !isCancelled(error) || isWhole) throw error;
      });
      if (stop) await untilResumed(stop, ruling);
      await continueWhenFull(rules);
    }
  }

  async function continueWhenFull(ruling: BatchRules): Promise<void> {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength <= handedOutEvents && !continueAsNewSuggested) return;
    await continueAsNew<typeof batch>(input, {
      ...{ isPaused, rules: ruling, progress: progress.record() },
    });
  }

  async function untilResumed(stop: Stop, { policy }: BatchRules): Promise<void> {
    const { type, message, model } = stop;
    const isTold = patched('told as parked');
    if (isTold) await markBatch(id, 'parked', `${type}: ${message}`);
    const decision = await progress.parkOnFailure({
      ...{ step: 'lines', policyName: 'model', policy, model, isEffect: false, skippable: false },
      failure: { type, message, details: {} },
    });
    const isGivenUp = decision.kind === 'fail';
    if (isTold) await markBatch(id, isGivenUp ? 'cancelled' : 'ready');
    if (isGivenUp) {
      gaveUp = stop;
      throw createFailure(type, message, { final: true });
    }
    const { policy: changed } = decision.kind === 'retry' ? decision : { policy };
    // Rules that came meanwhile stand.
    if (rules && changed !== policy) {
      rules = { ...rules, policy: changed as BatchRules['policy'] };
    }
  }
}

/** What runs within it is cancelled when it ends; without an end it never does. */
function completionWindow(expiresAtMs: number | undefined) {
  const scope = new CancellationScope();
  let isOver = false;
  if (expiresAtMs !== undefined) {
    sleep(Math.max(1, expiresAtMs - Date.now())).then(
      () => {
        isOver = true;
        scope.cancel();
      },
      // Cancelled with the whole workflow.
      () => {},
    );
  }
  return { scope, isOver: () => isOver };
}

/** A run that handed out a hundred ranges has about so many events. */
const handedOutEvents = 300;

/** @returns why they were stopped, when they were. */
async function runRanges(
  ranges: LineRange[],
  input: BatchInput,
  rules: BatchRules,
  progress: ProgressTracker,
): Promise<Stop | undefined> {
  const { runRange } = proxyActivities<Pick<BatchActivities, 'runRange'>>({
    startToCloseTimeout: '30 days',
    heartbeatTimeout: '15 seconds',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumInterval: '30 seconds' },
  });
  const { concurrency } = rules;
  const isAlone = concurrency === 1 && patched('one line at a time');
  const side = Math.max(isAlone ? 1 : 2, Math.ceil(concurrency / sideBySide));
  const window = Math.min(ranges.length, side);
  const share = {
    ...input,
    ...rules,
    concurrency: Math.max(1, Math.floor(concurrency / window)),
  };
  let stop: Stop | undefined;
  let hold: Promise<void> | undefined;

  async function work(): Promise<void> {
    for (let range = ranges.shift(); range; range = ranges.shift()) {
      await hold;
      if (stop || workflowInfo().historyLength > fullEvents) return;
      progress.step(`lines ${range.from} to ${range.to}`);
      const result = await runRange({ ...share, ...range });
      if (result.kind === 'stopped') stop ??= result;
      if (result.kind !== 'held') continue;
      ranges.push(range);
      const { gate, reason, delayMs } = result;
      const sinceMs = Date.now();
      hold ??= progress
        .sleepHeld('lines', { gate, reason, sinceMs, untilMs: sinceMs + delayMs })
        .finally(() => {
          hold = undefined;
        });
    }
  }
  // Of those that are cancelled, all have ended before any line is handed out again.
  const works = await Promise.allSettled(Array.from({ length: window }, work));
  const failed = works.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return stop;
}
