import type { KeyBudget } from '../../gateway/keys/key-limits.ts';
import type { RangeInput, RangeResult } from '../../wire/batch.ts';
import type { BatchStore, OpenLine } from '../store/batch-store.ts';
import { type GroupCommits, groupCommits } from '../store/group-commits.ts';
import { batchTurns, noTurns, type Turns } from './batch-turns.ts';
import { createRunLine, type LineRun, type RunLineDependencies } from './run-line.ts';

/** What {@link createRunRange} needs. */
export interface RunRangeDependencies extends RunLineDependencies {
  readonly store: BatchStore;
}

/** When to stop. */
export interface RangeContext {
  /** Names this run of the range, and no other. */
  readonly owner: string;
  /** Names the server that gave it out. */
  readonly server: string;
  /** When that was, by the server's clock. */
  readonly sinceMs: number;
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
  const sharedOf = new Map<string, Shared>();

  return async function runRange(range, context) {
    const { id, concurrency } = range;
    if (!(await store.beginRange(id, range, context))) return runElsewhere(id);
    using kept = keepRange(id, context.owner);
    const { schema, budget } = JSON.parse((await store.read(id))?.settings ?? '{}');
    const shared = sharedOf.get(id) ?? sharedBy(range, budget);
    sharedOf.set(id, shared);
    shared.users += 1;
    let stop: Extract<LineRun, { kind: 'stopped' }> | undefined;
    let ends = 0;
    let later: Extract<LineRun, { kind: 'later' }> | undefined;

    async function runOpen(): Promise<void> {
      stop = undefined;
      ends = 0;
      later = undefined;
      const halt = new AbortController();
      const stopping = AbortSignal.any([context.stopping, kept.lost, halt.signal]);
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
          ...{ range, schema, commits: shared.commits, turns: shared.turns },
          ...{ budget, owner: context.owner, stopping, signal: context.signal },
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
      while ((stop ?? later)?.isOverBudget && ends > 0);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) sharedOf.delete(id);
      // Its row keeps nobody of the same server away.
      await store.endRange(id, context.owner).catch(() => {});
    }
    if (stop) {
      const { kind, type, message, model } = stop;
      return { kind, type, message, model };
    }
    if (!later) return { kind: 'done' };
    const { delayMs, model: gate, reason = 'limits requests or is down' } = later;
    return { kind: 'held', delayMs, gate, reason };
  };

  function sharedBy(
    { id, maximumCostNano, requestsPerMinute: perMinute }: RangeInput,
    budget: KeyBudget | undefined,
  ): Shared {
    const take = (turns: number) => store.takeTurns(id, turns, perMinute ?? 1);
    return {
      commits: groupCommits(store, id, { maximumCostNano, budget }),
      turns: perMinute === undefined ? noTurns : batchTurns(take, perMinute),
      users: 0,
    };
  }

  /** Says that it is run, and finds out when another one has taken it over. */
  function keepRange(id: string, owner: string): Disposable & { readonly lost: AbortSignal } {
    const lost = new AbortController();
    const timer = setInterval(async () => {
      // A database that is away takes nothing over either.
      const isKept = await store.keepRange(id, owner).catch(() => true);
      if (!isKept) lost.abort();
    }, keepEveryMs);
    return { lost: lost.signal, [Symbol.dispose]: () => clearInterval(timer) };
  }

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

/** What the ranges of a batch have in common that this process runs. */
interface Shared {
  readonly commits: GroupCommits;
  readonly turns: Turns;
  users: number;
}

const keepEveryMs = 5000;

/** Two servers that give out lines of one database would pay them twice: the second one waits. */
function runElsewhere(id: string): RangeResult {
  const reason = 'is run by another Temporal server or namespace';
  return { kind: 'held', delayMs: 15_000, gate: id, reason };
}
