import { CompiledQuery, type Kysely } from 'kysely';
import type { DatabaseKind } from '../../database/open-database.ts';
import { type KeyBudget, nanoOfDecimal, windowOf } from '../../gateway/keys/key-limits.ts';
import { keyStore } from '../../gateway/store/key-store.ts';
import type { BatchCommit, Committed, Paid, Sending } from './batch-changes.ts';
import type { BatchTable, BatchTables } from './batch-tables.ts';
import {
  endLines,
  endRows,
  failedRows,
  failLines,
  sendingRows,
  sendLines,
} from './line-updates.ts';
import { placesFor, valuesTable } from './values-table.ts';

/**
 * Writes what happened to lines of a batch, each kind in one statement for all of them.
 *
 * @param database a transaction.
 * @returns the lines that may be sent: those that stand as they were read, of ranges that nobody else
 *   has taken over meanwhile, and that the budget has room for.
 */
export async function writeCommit(
  database: Kysely<BatchTables>,
  kind: DatabaseKind,
  id: string,
  { sending, failed, ended, maximumCostNano, budget }: BatchCommit,
): Promise<Committed> {
  const run = async (text: string, values: readonly unknown[]) => {
    const query = CompiledQuery.raw(text, [...values]);
    return (await database.executeQuery<Row>(query)).rows;
  };
  const seqsOf = (rows: readonly Row[]) => new Set(rows.map(({ seq }) => Number(seq)));

  /** One statement for all sums. @returns what they are after it. */
  async function add(sums: Partial<Record<keyof BatchTable, number>>) {
    const place = placesFor(kind);
    const changes = Object.entries(sums).filter(([, sum]) => sum !== 0);
    const sets = changes.map(([name], nth) => `${name} = ${name} + ${place(nth)}`);
    const text = `update holdfast_batch set ${['state = state', ...sets].join(', ')}
      where id = ${place(changes.length)} returning ends, cost_nano + reserved_nano as spent`;
    const [row] = await run(text, [...changes.map(([, sum]) => sum), id]);
    return { ends: Number(row?.ends), spentNano: Number(row?.spent) };
  }

  const keys = keyStore({ database: database as never, kind });
  /** The row of the key's use stays locked until the commit. @returns what it is after it. */
  async function charge(of: KeyBudget, window: string, costNano: number): Promise<number> {
    const use = await keys.use(of.keyId, window, { requests: 0, tokens: 0, costNano });
    return Number(use.costNano);
  }

  /** Puts what was paid in the place of what was reserved. */
  async function settle(all: readonly Paid[]): Promise<void> {
    if (!budget) return;
    const windows = Map.groupBy(all, ({ window }) => window);
    for (const [window, some] of windows) {
      const { cost_nano = 0, reserved_nano = 0 } = paidFor(some);
      const change = cost_nano + reserved_nano;
      if (change !== 0) await charge(budget, window ?? (await windowNow(budget)), change);
    }
  }
  const windowNow = async ({ per }: KeyBudget) => windowOf(per, await keys.nowMs());

  async function writeEnds(): Promise<void> {
    // First, for its lock: ends are numbered in the order of their commits.
    const first = (await add({ ends: ended.length })).ends - ended.length;
    const { columns, rows } = endRows(ended);
    const { text, values, after } = valuesTable(kind, columns, rows);
    const own = { id: after(0), values: 'v' };
    const update = endLines(own, String(first));
    const written = await run(`with ${text} ${update} returning seq`, [...values, id]);
    // One that ended elsewhere meanwhile keeps that end, and is counted once.
    const counted = seqsOf(written);
    const all = ended.filter(({ seq }) => counted.has(seq));
    const answered = all.filter(({ state }) => state === 'answered').length;
    await add({ answered, failed: all.length - answered, ...paidFor(all) });
    await settle(all);
  }

  async function writeFailed(): Promise<void> {
    const { columns, rows } = failedRows(failed);
    const { text, values, after } = valuesTable(kind, columns, rows);
    const own = { id: after(0), values: 'v' };
    const written = await run(`with ${text} ${failLines(own)} returning seq`, [...values, id]);
    // What it was taken over for counts it already, as possibly billed.
    const counted = seqsOf(written);
    const all = failed.filter(({ seq }) => counted.has(seq));
    const repairs = all.filter(({ toRepair }) => toRepair !== null).length;
    await add({ ...paidFor(all), repairs });
    await settle(all);
  }

  async function writeSending(): Promise<Committed> {
    const withinOwn = await withinBudget();
    const window = budget && (await windowNow(budget));
    const affordable = await withinKeyBudget(withinOwn, window);
    const over = {
      isOverBudget: withinOwn.length < sending.length,
      isOverKeyBudget: affordable.length < withinOwn.length,
      window,
    };
    if (affordable.length === 0) return { sent: new Set(), ...over };
    const { columns, rows } = sendingRows(affordable);
    const { text, values, after } = valuesTable(kind, columns, rows);
    const own = { id: after(0), values: 'v' };
    const update = sendLines(own, 'holdfast_batch_range');
    const taken = await run(`with ${text} ${update} returning seq`, [...values, id]);
    const sent = seqsOf(taken);
    const ours = affordable.filter(({ seq }) => sent.has(seq));
    const lost = ours.filter(({ isAfterLost }) => isAfterLost).length;
    const reserved = ours.reduce((sum, { reservedNano }) => sum + reservedNano, 0);
    await add({ attempts: ours.length, possibly_billed: lost, reserved_nano: reserved });
    if (budget && window) await charge(budget, window, reserved);
    return { sent, ...over };
  }

  /** The first of those to be sent, as many as the budget has room for, over all workers. */
  async function withinBudget(): Promise<readonly Sending[]> {
    if (maximumCostNano === undefined) return sending;
    // The row stays locked until the commit: nobody else finds the same room.
    let { spentNano } = await add({});
    const first = sending.findIndex(({ reservedNano }) => {
      spentNano += reservedNano;
      return spentNano > maximumCostNano;
    });
    return first < 0 ? sending : sending.slice(0, first);
  }

  /** The same of the key's budget, which its other batches and calls share. */
  async function withinKeyBudget(
    some: readonly Sending[],
    window: string | undefined,
  ): Promise<readonly Sending[]> {
    if (!budget || !window || some.length === 0) return some;
    const mostNano = nanoOfDecimal(budget.amount);
    let spentNano = await charge(budget, window, 0);
    return some.filter(({ reservedNano }) => {
      const isWithin = spentNano + reservedNano <= mostNano;
      if (isWithin) spentNano += reservedNano;
      return isWithin;
    });
  }

  if (ended.length > 0) await writeEnds();
  if (failed.length > 0) await writeFailed();
  return sending.length > 0 ? writeSending() : { sent: new Set(), isOverBudget: false };
}

function paidFor(all: readonly Paid[]): Partial<Record<keyof BatchTable, number>> {
  const sum = (of: (paid: Paid) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    possibly_billed: sum(({ isPossiblyBilled }) => Number(isPossiblyBilled)),
    input_tokens: sum(({ inputTokens }) => inputTokens),
    output_tokens: sum(({ outputTokens }) => outputTokens),
    cost_nano: sum(({ costNano }) => costNano),
    reserved_nano: -sum(({ releasedNano }) => releasedNano),
  };
}

type Row = Readonly<Record<string, unknown>>;
