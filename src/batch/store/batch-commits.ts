import { CompiledQuery, type Kysely } from 'kysely';
import type { DatabaseKind } from '../../database/open-database.ts';
import { type KeyBudget, nanoOfDecimal, windowOf } from '../../gateway/keys/key-limits.ts';
import { keyStore } from '../../gateway/store/key-store.ts';
import type { BatchTable, BatchTables } from './batch-tables.ts';
import { placesFor, type ValuesColumn, valuesTable } from './values-table.ts';

/** A line that is about to be sent: the intent, committed before. */
export interface Sending {
  readonly seq: number;
  /** Who runs its range: when that is another one by now, it is not sent. */
  readonly owner: string;
  /** Its attempt before was lost with its worker, and may have been billed. */
  readonly isAfterLost: boolean;
  /** What it costs at most, in 10^-9 of the unit. */
  readonly reservedNano: number;
}

/** What an attempt turned out to cost. */
interface Paid {
  readonly isPossiblyBilled: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: number;
  /** What was reserved for it, and is not spent. */
  readonly releasedNano: number;
  /** Where it was reserved of a key's budget. */
  readonly window?: string | undefined;
}

/** An attempt of a line that failed, and that another one follows. */
export interface FailedTry extends Paid {
  readonly seq: number;
  /** Who made it: a line that another one has taken meanwhile stays with that one. */
  readonly owner: string;
  /** No cap counts it. */
  readonly isFree: boolean;
  /** An answer that does not keep to the schema, and that the next attempt shows to the model. */
  readonly toRepair: Uint8Array | null;
}

/** How a line ended. */
export interface LineEnd extends Paid {
  readonly seq: number;
  /** Who had it: a failure of a line that another one has taken meanwhile says nothing of it. */
  readonly owner?: string | undefined;
  readonly state: 'answered' | 'failed';
  readonly status: number | null;
  readonly requestId: string | null;
  readonly answer: Uint8Array | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** What is committed together. */
export interface BatchCommit {
  readonly sending: readonly Sending[];
  readonly failed: readonly FailedTry[];
  readonly ended: readonly LineEnd[];
  /** What the batch may cost in all. */
  readonly maximumCostNano?: number | undefined;
  /** That of the key that it is charged to. */
  readonly budget?: KeyBudget | undefined;
}

/** What came of the intents. */
export interface Committed {
  /** Those that may be sent. */
  readonly sent: ReadonlySet<number>;
  /** Others were not, since with them the batch could cost more than it may. */
  readonly isOverBudget: boolean;
  /** Others were not, since the key's budget has no room for them. */
  readonly isOverKeyBudget?: boolean;
  /** Where they were reserved of the key's budget. */
  readonly window?: string | undefined;
}

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
    // A provider's own words may have NUL, which PostgreSQL keeps in no text.
    const rows = ended.map((end, index) => [
      ...[end.seq, end.owner ?? null, first + index + 1, end.state, Number(end.isPossiblyBilled)],
      ...[end.inputTokens, end.outputTokens, end.status, end.requestId, end.answer],
      ...[end.errorCode, end.errorMessage].map((text) => text?.replaceAll('\0', '') ?? null),
    ]);
    const { text, values, after } = valuesTable(kind, endColumns, rows);
    const written = await run(
      `${text} update holdfast_batch_line as line set
        state = v.state, nth = v.nth, possibly_billed = line.possibly_billed + v.billed,
        input_tokens = line.input_tokens + v.input, output_tokens = line.output_tokens + v.output,
        status = v.status, request_id = v.request, answer = v.answer, error_code = v.code,
        error_message = v.message
      from v where line.batch_id = ${after(0)} and line.seq = v.which
        and line.state in ('waiting', 'sent', 'submitted')
        and (v.state = 'answered' or v.owner is null or line.owner = v.owner) returning seq`,
      [...values, id],
    );
    // One that ended elsewhere meanwhile keeps that end, and is counted once.
    const counted = seqsOf(written);
    const all = ended.filter(({ seq }) => counted.has(seq));
    const answered = all.filter(({ state }) => state === 'answered').length;
    await add({ answered, failed: all.length - answered, ...paidFor(all) });
    await settle(all);
  }

  async function writeFailed(): Promise<void> {
    const rows = failed.map((each) => [
      ...[each.seq, each.owner],
      ...[Number(each.isPossiblyBilled), Number(each.isFree)],
      ...[each.inputTokens, each.outputTokens, each.toRepair, Number(each.toRepair !== null)],
    ]);
    const { text, values, after } = valuesTable(kind, failedColumns, rows);
    const written = await run(
      `${text} update holdfast_batch_line as line set state = 'waiting',
        possibly_billed = line.possibly_billed + v.billed,
        free_attempts = line.free_attempts + v.free,
        input_tokens = line.input_tokens + v.input, output_tokens = line.output_tokens + v.output,
        answer = coalesce(v.answer, line.answer), repairs = line.repairs + v.repair
      from v where line.batch_id = ${after(0)} and line.seq = v.which
        and line.owner = v.owner and line.state in ('sent', 'submitted') returning seq`,
      [...values, id],
    );
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
    const rows = affordable.map(({ seq, owner, isAfterLost }) => [seq, owner, Number(isAfterLost)]);
    const { text, values, after } = valuesTable(kind, sendingColumns, rows);
    const taken = await run(
      `${text} update holdfast_batch_line as line set state = 'sent', owner = v.owner,
        attempts = line.attempts + 1, possibly_billed = line.possibly_billed + v.lost
      from v where line.batch_id = ${after(0)} and line.seq = v.which
        and line.state = case v.lost when 1 then 'sent' else 'waiting' end
        and exists (select 1 from holdfast_batch_range own
          where own.batch_id = ${after(1)} and own.owner = v.owner) returning seq`,
      [...values, id, id],
    );
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

const sendingColumns: readonly ValuesColumn[] = [
  ['which', 'bigint'],
  ['owner', 'text'],
  ['lost', 'integer'],
];
const failedColumns: readonly ValuesColumn[] = [
  ['which', 'bigint'],
  ['owner', 'text'],
  ['billed', 'integer'],
  ['free', 'integer'],
  ['input', 'bigint'],
  ['output', 'bigint'],
  ['answer', 'bytea'],
  ['repair', 'integer'],
];
const endColumns: readonly ValuesColumn[] = [
  ['which', 'bigint'],
  ['owner', 'text'],
  ['nth', 'bigint'],
  ['state', 'text'],
  ['billed', 'integer'],
  ['input', 'bigint'],
  ['output', 'bigint'],
  ['status', 'integer'],
  ['request', 'text'],
  ['answer', 'bytea'],
  ['code', 'text'],
  ['message', 'text'],
];
