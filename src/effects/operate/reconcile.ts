import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAttemptError } from '../../failures/attempt-error.ts';
import { keyPrefix } from '../../wire/idempotency-key.ts';
import type { Difference, Reconciliation } from '../../wire/ledger-operations.ts';
import type { Effect, FindMarked, MarkedItem } from '../once/effect.ts';
import type { DatedRow, Ledger } from '../once/ledger.ts';
import { type ItemsOnDisk, openItemsOnDisk } from './items-on-disk.ts';

/** What is compared. */
export interface ReconcileOptions {
  /** How far back, by each one's own clock. */
  readonly sinceMs: number;
  readonly scopes: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress?: () => void;
}

/** Clocks differ: the target is asked for a day more than is compared, and the ledger for one more still. */
const clockMarginMs = 24 * 60 * 60 * 1000;
const pageSize = 500;
/** More are counted and not named: the answer goes through Temporal, and whoever reads it begins with the first. */
const mostNamed = 1000;

/**
 * Compares what the ledger says with what the targets hold, both ways. Only reads. Workers may go on
 * meanwhile: what changed since the target was listed is for the next comparison.
 *
 * @param effects the declared ones; those on a target without a list of ours are left out.
 */
export async function reconcile(
  ledger: Ledger,
  effects: readonly Effect<unknown, unknown>[],
  options: ReconcileOptions,
): Promise<Reconciliation> {
  const compared: Record<string, { rows: number; items: number }> = {};
  const notAsked: Record<string, string> = {};
  const differences: Difference[] = [];
  let notNamed = 0;
  for (const effect of effects) {
    const { findMarked, name, target } = effect;
    if (!findMarked) continue;
    options.onProgress?.();
    // The target first: what it has is claimed in the ledger before, so its row will be found.
    const listedAtMs = await ledger.nowMs();
    const items = openItemsOnDisk();
    try {
      const why = await listAll(findMarked, items, options);
      const asked = { findMarked, target, listedAtMs, sinceMs: options.sinceMs };
      const compare = comparison(items, asked);
      const rows = await eachRow(ledger, name, options, compare);
      if (why) {
        // A target that is not configured, and that nothing was done at, need not be told of.
        if (rows > 0 || why.isConfigured) notAsked[name] = why.message;
        continue;
      }
      const found = await compare.differences();
      differences.push(...found.differences);
      notNamed += found.notNamed;
      compared[name] = compare.counts;
    } finally {
      items.close();
    }
  }
  const named = differences.splice(0, mostNamed);
  notNamed += differences.length;
  return { compared, differences: named, ...(notNamed > 0 && { notNamed }), notAsked };
}

/** @returns why the target could not be asked, where it could not. */
async function listAll(findMarked: FindMarked, items: ItemsOnDisk, options: ReconcileOptions) {
  const { sinceMs, signal, onProgress } = options;
  try {
    const query = { sinceMs: Date.now() - sinceMs - clockMarginMs, signal };
    for await (const page of findMarked.list(query)) {
      items.add(page);
      onProgress?.();
      if (page.length > 0) await nextTurn();
    }
    return undefined;
  } catch (error) {
    if (!isAttemptError(error)) throw error;
    const { type, sent } = error.fields;
    const isConfigured = type !== 'InvalidCredentials' || sent !== false;
    return { message: error.message, isConfigured };
  }
}

/** Page by page, and none is kept: the ledger may hold millions. @returns how many there are. */
async function eachRow(
  ledger: Ledger,
  effect: string,
  options: ReconcileOptions,
  compare: Pick<ReturnType<typeof comparison>, 'row' | 'changedRow'>,
): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  async function read(scope: string, changedAfterMs: number, use: (row: DatedRow) => void) {
    let page: DatedRow[];
    let after: DatedRow | undefined;
    do {
      options.signal.throwIfAborted();
      page = await ledger.operator.list({
        ...{ effect, keyPrefix: keyPrefix(scope), changedAfterMs, limit: pageSize },
        ...(after && { after }),
      });
      for (const row of page) use(row);
      options.onProgress?.();
      after = page.at(-1);
      count += page.length;
      // SQLite answers within the turn: what else the worker does has its turns in between.
      await nextTurn();
    } while (page.length === pageSize);
  }
  for (const scope of options.scopes)
    await read(scope, options.sinceMs + 2 * clockMarginMs, compare.row);
  const rows = count;
  // A row that changed meanwhile moved to a page already read.
  for (const scope of options.scopes) {
    await read(scope, Math.ceil(performance.now() - startedMs) + 1000, compare.changedRow);
  }
  return rows;
}

/** What the items were listed from, and when. */
interface Asked {
  readonly findMarked: FindMarked;
  readonly target: string;
  /** By the database's clock, from before. */
  readonly listedAtMs: number;
  readonly sinceMs: number;
}

/** Row by row, then what is left at the target. */
function comparison(items: ItemsOnDisk, asked: Asked) {
  const { findMarked, target, listedAtMs, sinceMs } = asked;
  const byKey = new Map<string, Difference[]>();
  // Of what was asked for, without the days that only make up for clocks.
  const counts = { rows: 0, items: 0 };
  let notNamed = 0;
  /** The list is older than what the row says now, or a worker is about to record what is in it. */
  const isMoving = ({ state, leaseLeftMs, updatedAtMs }: DatedRow) =>
    (state === 'started' && leaseLeftMs > 0) || updatedAtMs >= listedAtMs;
  return {
    counts,
    row(row: DatedRow): void {
      const ofRow = items.take(findMarked.markOf(row.key));
      if (row.updatedAtMs >= row.nowMs - sinceMs) {
        counts.rows += 1;
        counts.items += ofRow.length;
      }
      const found = isMoving(row) ? [] : differencesOfRow(row, ofRow, asked);
      if (byKey.size >= mostNamed) notNamed += found.length;
      else if (found.length > 0) byKey.set(row.key, found);
    },
    /** A row that changed while the others were read, whether it was read itself before that or not. */
    changedRow(row: DatedRow): void {
      items.take(findMarked.markOf(row.key));
      if (isMoving(row)) byKey.delete(row.key);
    },
    async differences(): Promise<{ differences: Difference[]; notNamed: number }> {
      const differences = [...byKey.values()].flat();
      for (const page of items.left()) {
        for (const { id, state } of page.filter(({ done }) => done)) {
          const what = `${target} has ${id} (${state}), which bears our mark; the ledger has no row for it`;
          counts.items += 1;
          if (differences.length >= mostNamed) notNamed += 1;
          else differences.push({ kind: 'not in the ledger', id, what });
        }
        await nextTurn();
      }
      return { differences, notNamed };
    },
  };
}

function differencesOfRow(
  row: DatedRow,
  found: readonly MarkedItem[],
  { findMarked, target, sinceMs }: Asked,
): Difference[] {
  const { key } = row;
  const differences: Difference[] = [];
  const [first, ...others] = found.filter(({ done }) => done);
  for (const { id, state } of others) {
    const what = `${target} has ${id} (${state}) besides ${first?.id}`;
    differences.push({ kind: 'twice at the target', key, id, what });
  }
  if (row.state === 'succeeded') {
    const id = findMarked.idOf(JSON.parse(row.result ?? 'null'));
    // What was done before the listed time is not in the list.
    const isListed = row.firstSentAtMs >= row.nowMs - sinceMs;
    if (isListed && !found.some((item) => item.id === id)) {
      const what = `the ledger says that it was done as ${id}; ${target} does not have it`;
      differences.push({ kind: 'missing at the target', key, ...(id && { id }), what });
    }
  } else if (first) {
    const what = `${target} has ${first.id} (${first.state}); the ledger says ${row.state}`;
    differences.push({ kind: 'happened', key, id: first.id, what });
  }
  return differences;
}
