import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAttemptError } from '../../failures/attempt-error.ts';
import { keyPrefix } from '../../wire/idempotency-key.ts';
import type { Difference, Reconciliation } from '../../wire/ledger-operations.ts';
import type { Effect, FindMarked, MarkedItem } from '../once/effect.ts';
import type { DatedRow, Ledger } from '../once/ledger.ts';

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
/** Items of a target that are gone through in one turn. */
const atOnce = 5000;

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
  for (const effect of effects) {
    const { findMarked, name, target } = effect;
    if (!findMarked) continue;
    options.onProgress?.();
    // The target first: what it has is claimed in the ledger before, so its row will be found.
    const listedAtMs = await ledgerClock(ledger, name, options);
    const items = await list(findMarked, options);
    const asked = { findMarked, target, listedAtMs, sinceMs: options.sinceMs };
    const compare = comparison('items' in items ? await byMark(items.items) : new Map(), asked);
    const rows = await eachRow(ledger, name, options, compare.row);
    if ('why' in items) {
      // A target that is not configured, and that nothing was done at, need not be told of.
      if (rows > 0 || items.isConfigured) notAsked[name] = items.why;
      continue;
    }
    for await (const difference of compare.differences()) differences.push(difference);
    compared[name] = compare.counts;
  }
  return { compared, differences, notAsked };
}

async function list(findMarked: FindMarked, options: ReconcileOptions) {
  const { sinceMs, signal, onProgress } = options;
  try {
    const query = { sinceMs: Date.now() - sinceMs - clockMarginMs, signal };
    return { items: await findMarked.list({ ...query, ...(onProgress && { onProgress }) }) };
  } catch (error) {
    if (isAttemptError(error)) {
      const { type, sent } = error.fields;
      return { why: error.message, isConfigured: type !== 'InvalidCredentials' || sent !== false };
    }
    throw error;
  }
}

/** The database's time, as it comes with a row. Without a row, every later row is newer. */
async function ledgerClock(ledger: Ledger, effect: string, { scopes }: ReconcileOptions) {
  for (const scope of scopes) {
    const [row] = await ledger.operator.list({ effect, keyPrefix: keyPrefix(scope), limit: 1 });
    if (row) return row.nowMs;
  }
  return 0;
}

/** Page by page, and none is kept: the ledger may hold millions. @returns how many there are. */
async function eachRow(
  ledger: Ledger,
  effect: string,
  options: ReconcileOptions,
  use: (row: DatedRow, isFirstTime: boolean) => void,
): Promise<number> {
  const startedMs = performance.now();
  let count = 0;
  async function read(scope: string, changedAfterMs: number, isFirstTime: boolean) {
    let page: DatedRow[];
    let after: DatedRow | undefined;
    do {
      options.signal.throwIfAborted();
      page = await ledger.operator.list({
        ...{ effect, keyPrefix: keyPrefix(scope), changedAfterMs, limit: pageSize },
        ...(after && { after }),
      });
      for (const row of page) use(row, isFirstTime);
      options.onProgress?.();
      after = page.at(-1);
      count += page.length;
      // SQLite answers within the turn: what else the worker does has its turns in between.
      await nextTurn();
    } while (page.length === pageSize);
  }
  for (const scope of options.scopes) await read(scope, options.sinceMs + 2 * clockMarginMs, true);
  const rows = count;
  // A row that changed meanwhile moved to a page already read.
  for (const scope of options.scopes) {
    await read(scope, Math.ceil(performance.now() - startedMs) + 1000, false);
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

/** A target may have made hundreds of thousands: what else the worker does has its turns in between. */
async function byMark(items: readonly MarkedItem[]): Promise<Map<string, MarkedItem[]>> {
  const found = new Map<string, MarkedItem[]>();
  for (const [index, item] of items.entries()) {
    const others = found.get(item.mark);
    if (others) others.push(item);
    else found.set(item.mark, [item]);
    if (index % atOnce === 0) await nextTurn();
  }
  return found;
}

/** Row by row, then what is left at the target. */
function comparison(byMark: ReadonlyMap<string, readonly MarkedItem[]>, asked: Asked) {
  const { findMarked, target, listedAtMs, sinceMs } = asked;
  const known = new Set<string>();
  const byKey = new Map<string, Difference[]>();
  // Of what was asked for, without the days that only make up for clocks.
  const counts = { rows: 0, items: 0 };
  return {
    row(row: DatedRow, isCounted: boolean): void {
      const mark = findMarked.markOf(row.key);
      const ofRow = byMark.get(mark) ?? [];
      if (ofRow.length > 0) known.add(mark);
      if (isCounted && row.updatedAtMs >= row.nowMs - sinceMs) {
        counts.rows += 1;
        counts.items += ofRow.length;
      }
      // The list is older than what the row says now, or a worker is about to record what is in it.
      const isUnderWay = row.state === 'started' && row.leaseLeftMs > 0;
      if (isUnderWay || row.updatedAtMs >= listedAtMs) byKey.delete(row.key);
      else {
        const found = differencesOfRow(row, ofRow, asked);
        if (found.length > 0) byKey.set(row.key, found);
      }
    },
    counts,
    async *differences(): AsyncGenerator<Difference> {
      for (const found of byKey.values()) yield* found;
      let looked = 0;
      for (const [mark, ofMark] of byMark) {
        looked += 1;
        if (looked % atOnce === 0) await nextTurn();
        if (known.has(mark)) continue;
        for (const { id, state } of ofMark.filter(({ done }) => done)) {
          const what = `${target} has ${id} (${state}), which bears our mark; the ledger has no row for it`;
          counts.items += 1;
          yield { kind: 'not in the ledger', id, what };
        }
      }
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
