import { CompiledQuery, type Kysely } from 'kysely';
import type { BatchCommit, Committed } from './batch-changes.ts';
import type { BatchTables } from './batch-tables.ts';
import {
  endLines,
  endRows,
  failedRows,
  failLines,
  sendingRows,
  sendLines,
} from './line-updates.ts';
import { type ValuesColumn, valuesTable } from './values-table.ts';

/** Whether one statement can write it: a budget is asked before, and a line may change once. */
export function isAtOnce({
  sending,
  failed,
  ended,
  maximumCostNano,
  budget,
}: BatchCommit): boolean {
  if (maximumCostNano !== undefined || budget !== undefined) return false;
  const seqs = [...sending, ...failed, ...ended].map(({ seq }) => seq);
  return seqs.length > 0 && new Set(seqs).size === seqs.length;
}

/**
 * Writes to PostgreSQL what `writeCommit` writes, in one statement: a busy worker comes to each answer
 * of the server late, and has every line of the group wait for it with its place.
 */
export async function commitAtOnce(
  database: Kysely<BatchTables>,
  id: string,
  { sending, failed, ended }: BatchCommit,
): Promise<Committed> {
  const all: unknown[] = [id, ended.length];
  const parts: string[] = [];
  const sums: string[] = [];
  const own = (values: string) => ({ id: '$1', values });

  function part(
    name: string,
    { columns, rows }: Part,
    more: Part,
    update: string,
    sum: string,
  ): void {
    if (rows.length === 0) return;
    const wide = rows.map((row, index) => [...row, ...(more.rows[index] ?? [])]);
    const both = [...columns, ...more.columns];
    const { text, values } = valuesTable('postgres', both, wide, `${name}_values`, all.length);
    all.push(...values);
    parts.push(text, `${name} as (${update} returning v.*)`);
    sums.push(`select ${sum} from ${name}`);
  }

  part(
    'ended',
    endRows(ended),
    moneyRows(ended),
    endLines(own('ended_values'), '(select ends from batch)'),
    `null::bigint as sent, (state = 'answered')::int as answered, (state = 'failed')::int as failed,
      0 as attempts, billed, 0 as repairs, input, output, cost, -released as reserved`,
  );
  part(
    'failed',
    failedRows(failed),
    moneyRows(failed),
    `${failLines(own('failed_values'))} and exists (select 1 from batch)`,
    `null::bigint as sent, 0 as answered, 0 as failed, 0 as attempts, billed, repair as repairs,
      input, output, cost, -released as reserved`,
  );
  part(
    'sent',
    sendingRows(sending),
    { columns: [['reserved', 'bigint']], rows: sending.map((each) => [each.reservedNano]) },
    sendLines(own('sent_values'), 'owned'),
    `which as sent, 0 as answered, 0 as failed, 1 as attempts, lost as billed, 0 as repairs,
      0 as input, 0 as output, 0 as cost, reserved`,
  );
  // The batch's row first, as everywhere, and for the order of the ends; a range that is taken over
  // meanwhile is seen to be, and is not taken over before the commit.
  const text = `with batch as (select id, ends from holdfast_batch where id = $1 for update),
    owned as (select batch_id, owner from holdfast_batch_range
      where batch_id = (select id from batch) for key share),
    ${parts.join(', ')}
    update holdfast_batch as own set ends = own.ends + $2::bigint,
      answered = own.answered + total.answered, failed = own.failed + total.failed,
      attempts = own.attempts + total.attempts,
      possibly_billed = own.possibly_billed + total.billed, repairs = own.repairs + total.repairs,
      input_tokens = own.input_tokens + total.input,
      output_tokens = own.output_tokens + total.output,
      cost_nano = own.cost_nano + total.cost, reserved_nano = own.reserved_nano + total.reserved
    from (select array_agg(sent) filter (where sent is not null) as sent,
      ${totals.map((name) => `coalesce(sum(${name}), 0) as ${name}`).join(', ')}
      from (${sums.join(' union all ')}) as each) as total
    where own.id = $1 returning total.sent`;
  const query = CompiledQuery.raw(text, all);
  const { rows } = await database.executeQuery<{ sent: readonly unknown[] | null }>(query);
  return { sent: new Set((rows[0]?.sent ?? []).map(Number)), isOverBudget: false };
}

interface Part {
  readonly columns: readonly ValuesColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

function moneyRows(all: readonly { costNano: number; releasedNano: number }[]): Part {
  return {
    columns: [
      ['cost', 'bigint'],
      ['released', 'bigint'],
    ],
    rows: all.map(({ costNano, releasedNano }) => [costNano, releasedNano]),
  };
}

const totals = [
  ...['answered', 'failed', 'attempts', 'billed', 'repairs', 'input', 'output', 'cost'],
  'reserved',
];
