import { CompiledQuery, type Kysely } from 'kysely';
import type { DatabaseKind } from '../../database/open-database.ts';
import type { BatchTable, BatchTables } from './batch-tables.ts';
import { placesFor, type ValuesColumn, valuesTable } from './values-table.ts';

/** A line that is about to be sent: the intent, committed before. */
export interface Sending {
  readonly seq: number;
  /** Who had it: when that is not so any more, another one has taken it, and it is not sent. */
  readonly before: string;
  readonly owner: string;
  /** Its attempt before was lost with its worker, and may have been billed. */
  readonly isAfterLost: boolean;
}

/** An attempt of a line that failed, and that another one follows. */
export interface FailedTry {
  readonly seq: number;
  readonly isPossiblyBilled: boolean;
  /** No cap counts it. */
  readonly isFree: boolean;
}

/** How a line ended. */
export interface LineEnd {
  readonly seq: number;
  readonly state: 'answered' | 'failed';
  readonly isPossiblyBilled: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
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
}

/**
 * Writes what happened to lines of a batch, each kind in one statement for all of them.
 *
 * @param database a transaction.
 * @returns the lines that may be sent: those that nobody else has taken meanwhile.
 */
export async function writeCommit(
  database: Kysely<BatchTables>,
  kind: DatabaseKind,
  id: string,
  { sending, failed, ended }: BatchCommit,
): Promise<Set<number>> {
  const run = async (text: string, values: readonly unknown[]) => {
    const query = CompiledQuery.raw(text, [...values]);
    return (await database.executeQuery<Row>(query)).rows;
  };
  const seqsOf = (rows: readonly Row[]) => new Set(rows.map(({ seq }) => Number(seq)));

  /** One statement for all sums. @returns `ends` after it. */
  async function add(sums: Partial<Record<keyof BatchTable, number>>): Promise<number> {
    const place = placesFor(kind);
    const changes = Object.entries(sums).filter(([, sum]) => sum !== 0);
    const sets = changes.map(([name], nth) => `${name} = ${name} + ${place(nth)}`);
    const text = `update holdfast_batch set ${['state = state', ...sets].join(', ')}
      where id = ${place(changes.length)} returning ends`;
    const [row] = await run(text, [...changes.map(([, sum]) => sum), id]);
    return Number(row?.ends);
  }

  async function writeEnds(): Promise<void> {
    // First, for its lock: ends are numbered in the order of their commits.
    const first = (await add({ ends: ended.length })) - ended.length;
    const rows = ended.map((end, index) => [
      ...[end.seq, first + index + 1, end.state, end.isPossiblyBilled ? 1 : 0],
      ...[end.inputTokens, end.outputTokens, end.status, end.requestId, end.answer],
      ...[end.errorCode, end.errorMessage],
    ]);
    const { text, values, after } = valuesTable(kind, endColumns, rows);
    const written = await run(
      `${text} update holdfast_batch_line as line set
        state = v.state, nth = v.nth, possibly_billed = line.possibly_billed + v.billed,
        input_tokens = line.input_tokens + v.input, output_tokens = line.output_tokens + v.output,
        status = v.status, request_id = v.request, answer = v.answer, error_code = v.code,
        error_message = v.message
      from v where line.batch_id = ${after(0)} and line.seq = v.seq
        and line.state in ('waiting', 'sent') returning v.seq as seq`,
      [...values, id],
    );
    // One that ended elsewhere meanwhile keeps that end, and is counted once.
    const counted = seqsOf(written);
    const all = ended.filter(({ seq }) => counted.has(seq));
    const sum = (of: (end: LineEnd) => number) => all.reduce((total, end) => total + of(end), 0);
    await add({
      answered: sum(({ state }) => (state === 'answered' ? 1 : 0)),
      failed: sum(({ state }) => (state === 'failed' ? 1 : 0)),
      possibly_billed: sum(({ isPossiblyBilled }) => Number(isPossiblyBilled)),
      input_tokens: sum(({ inputTokens }) => inputTokens),
      output_tokens: sum(({ outputTokens }) => outputTokens),
    });
  }

  async function writeFailed(): Promise<void> {
    const rows = failed.map((each) => [
      each.seq,
      Number(each.isPossiblyBilled),
      Number(each.isFree),
    ]);
    const { text, values, after } = valuesTable(kind, failedColumns, rows);
    await run(
      `${text} update holdfast_batch_line as line set state = 'waiting',
        possibly_billed = line.possibly_billed + v.billed,
        free_attempts = line.free_attempts + v.free
      from v where line.batch_id = ${after(0)} and line.seq = v.seq and line.state = 'sent'`,
      [...values, id],
    );
    const billed = failed.filter(({ isPossiblyBilled }) => isPossiblyBilled).length;
    if (billed > 0) await add({ possibly_billed: billed });
  }

  async function writeSending(): Promise<Set<number>> {
    const rows = sending.map((each) => [
      ...[each.seq, each.before, each.owner],
      Number(each.isAfterLost),
    ]);
    const { text, values, after } = valuesTable(kind, sendingColumns, rows);
    const taken = await run(
      `${text} update holdfast_batch_line as line set state = 'sent', owner = v.owner,
        attempts = line.attempts + 1, possibly_billed = line.possibly_billed + v.lost
      from v where line.batch_id = ${after(0)} and line.seq = v.seq and line.owner = v.had
        and line.state in ('waiting', 'sent') returning v.seq as seq`,
      [...values, id],
    );
    const seqs = seqsOf(taken);
    const lost = sending.filter(({ seq, isAfterLost }) => isAfterLost && seqs.has(seq)).length;
    await add({ attempts: seqs.size, possibly_billed: lost });
    return seqs;
  }

  if (ended.length > 0) await writeEnds();
  if (failed.length > 0) await writeFailed();
  return sending.length > 0 ? writeSending() : new Set();
}

type Row = Readonly<Record<string, unknown>>;

const sendingColumns: readonly ValuesColumn[] = [
  ['seq', 'bigint'],
  ['had', 'text'],
  ['owner', 'text'],
  ['lost', 'integer'],
];
const failedColumns: readonly ValuesColumn[] = [
  ['seq', 'bigint'],
  ['billed', 'integer'],
  ['free', 'integer'],
];
const endColumns: readonly ValuesColumn[] = [
  ['seq', 'bigint'],
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
