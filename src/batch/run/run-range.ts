import { setTimeout as sleep } from 'node:timers/promises';
import type { RangeInput, RangeResult } from '../../wire/batch.ts';
import type { BatchStore, OpenLine } from '../store/batch-store.ts';
import { type GroupCommits, groupCommits } from '../store/group-commits.ts';
import { createRunLine, type LineRun, type RunLineDependencies } from './run-line.ts';

/** What {@link createRunRange} needs. */
export interface RunRangeDependencies extends RunLineDependencies {
  readonly store: BatchStore;
}

/** When to stop. */
export interface RangeContext {
  /** Names this run of the range, and no other. */
  readonly owner: string;
  /** No further request is made; those under way end, and are recorded. */
  readonly stopping: AbortSignal;
  /** Requests under way are given up. */
  readonly signal: AbortSignal;
}

/** Runs what has no end yet of a range. */
export type RunRange = (range: RangeInput, context: RangeContext) => Promise<RangeResult>;

/**
 * Makes the function that runs ranges of lines. Lines are read a few at a time, as places become free:
 * the bodies of a whole range may be large.
 */
export function createRunRange({ store, ...dependencies }: RunRangeDependencies): RunRange {
  const runLine = createRunLine(dependencies);
  const commitsOf = new Map<string, { readonly commits: GroupCommits; users: number }>();

  return async function runRange(range, context) {
    const { id, concurrency } = range;
    const { schema } = JSON.parse((await store.read(id))?.settings ?? '{}');
    const shared = commitsOf.get(id) ?? {
      commits: groupCommits(store, id, range.maximumCostNano),
      users: 0,
    };
    commitsOf.set(id, shared);
    shared.users += 1;
    let stop: Extract<LineRun, { kind: 'stopped' }> | undefined;
    let ends = 0;
    let later: Extract<LineRun, { kind: 'later' }> | undefined;
    const turn = turns(range.requestsPerMinute, context.stopping);

    async function runOpen(): Promise<void> {
      stop = undefined;
      ends = 0;
      const halt = new AbortController();
      const stopping = AbortSignal.any([context.stopping, halt.signal]);
      const lines = openLines(range);
      const works = Array.from({ length: concurrency }, () => work(lines, stopping, halt));
      const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    }

    async function work(
      lines: AsyncGenerator<OpenLine>,
      stopping: AbortSignal,
      halt: AbortController,
    ): Promise<void> {
      for (;;) {
        const { value: line, done } = await lines.next();
        if (done || stopping.aborted) return;
        const ended = await runLine(line, {
          ...{ range, schema, commits: shared.commits, owner: context.owner, turn },
          ...{ stopping, signal: context.signal },
        });
        if (ended.kind === 'ended') ends += 1;
        if (ended.kind === 'stopped') {
          stop ??= ended;
          halt.abort();
        }
        if (ended.kind === 'later' && ended.delayMs > (later?.delayMs ?? 0)) later = ended;
      }
    }
    try {
      // What has ended mostly cost less than was reserved for it: the budget may have room again.
      do await runOpen();
      while (stop?.isOverBudget && ends > 0);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) commitsOf.delete(id);
    }
    if (stop) {
      const { kind, type, message, model } = stop;
      return { kind, type, message, model };
    }
    if (!later) return { kind: 'done' };
    const { delayMs, model: gate } = later;
    return { kind: 'held', delayMs, gate, reason: 'limits requests or is down' };
  };

  async function* openLines({ id, from, to, concurrency }: RangeInput): AsyncGenerator<OpenLine> {
    let next = from;
    for (;;) {
      const some = await store.openLines(id, { from: next, to }, Math.max(50, concurrency));
      yield* some;
      const last = some.at(-1);
      if (!last) return;
      next = Number(last.seq) + 1;
    }
  }
}

/** Spaces requests out evenly. */
function turns(perMinute: number | undefined, stopping: AbortSignal): () => Promise<void> {
  if (perMinute === undefined) return async () => {};
  const distanceMs = 60_000 / perMinute;
  let nextMs = 0;
  return async () => {
    const nowMs = performance.now();
    const turnMs = Math.max(nowMs, nextMs);
    nextMs = turnMs + distanceMs;
    if (turnMs > nowMs) {
      await sleep(turnMs - nowMs, undefined, { signal: stopping }).catch(() => {});
    }
  };
}
