import type { FailedTry, LineEnd, Sending } from './batch-changes.ts';
import type { ValuesColumn } from './values-table.ts';

/** Where the parts of an update are in its statement. */
export interface UpdatePlaces {
  /** The place of the batch's id. */
  readonly id: string;
  /** The table of values, with a row for each line. */
  readonly values: string;
}

/** What is written to lines that end: all of it is in the columns. */
export function endRows(ended: readonly LineEnd[]) {
  const columns: readonly ValuesColumn[] = [
    ...keyColumns,
    ...paidColumns,
    ['nth', 'bigint'],
    ['state', 'text'],
    ['status', 'integer'],
    ['request', 'text'],
    ['answer', 'bytea'],
    ['code', 'text'],
    ['message', 'text'],
  ];
  const rows = ended.map((end, index) => [
    ...[end.seq, end.owner ?? null, Number(end.isPossiblyBilled), end.inputTokens],
    ...[end.outputTokens, index + 1, end.state, end.status, end.requestId, end.answer],
    // A provider's own words may have NUL, which PostgreSQL keeps in no text.
    ...[end.errorCode, end.errorMessage].map((text) => text?.replaceAll('\0', '') ?? null),
  ]);
  return { columns, rows };
}

/** The same of attempts that failed. */
export function failedRows(failed: readonly FailedTry[]) {
  const columns: readonly ValuesColumn[] = [
    ...keyColumns,
    ...paidColumns,
    ['free', 'integer'],
    ['answer', 'bytea'],
    ['repair', 'integer'],
  ];
  const rows = failed.map((each) => [
    ...[each.seq, each.owner, Number(each.isPossiblyBilled), each.inputTokens, each.outputTokens],
    ...[Number(each.isFree), each.toRepair, Number(each.toRepair !== null)],
  ]);
  return { columns, rows };
}

/** The same of intents. */
export function sendingRows(sending: readonly Sending[]) {
  const columns: readonly ValuesColumn[] = [...keyColumns, ['lost', 'integer']];
  const rows = sending.map(({ seq, owner, isAfterLost }) => [seq, owner, Number(isAfterLost)]);
  return { columns, rows };
}

/** @param endsBefore how many of the batch have ended before these. */
export const endLines = ({ id, values }: UpdatePlaces, endsBefore: string) =>
  `update holdfast_batch_line as line set
    state = v.state, nth = ${endsBefore} + v.nth,
    possibly_billed = line.possibly_billed + v.billed,
    input_tokens = line.input_tokens + v.input, output_tokens = line.output_tokens + v.output,
    status = v.status, request_id = v.request, answer = v.answer, error_code = v.code,
    error_message = v.message
  from ${values} as v where line.batch_id = ${id} and line.seq = v.which
    and line.state in ('waiting', 'sent', 'submitted')
    and (v.state = 'answered' or v.owner is null or line.owner = v.owner)`;

/** Only of lines that are still with who made the attempt. */
export const failLines = ({ id, values }: UpdatePlaces) =>
  `update holdfast_batch_line as line set state = 'waiting',
    possibly_billed = line.possibly_billed + v.billed,
    free_attempts = line.free_attempts + v.free,
    input_tokens = line.input_tokens + v.input, output_tokens = line.output_tokens + v.output,
    answer = coalesce(v.answer, line.answer), repairs = line.repairs + v.repair
  from ${values} as v where line.batch_id = ${id} and line.seq = v.which
    and line.owner = v.owner and line.state in ('sent', 'submitted')`;

/** @param ranges the table of who runs which: nobody else's lines are sent. */
export const sendLines = ({ id, values }: UpdatePlaces, ranges: string) =>
  `update holdfast_batch_line as line set state = 'sent', owner = v.owner,
    attempts = line.attempts + 1, possibly_billed = line.possibly_billed + v.lost
  from ${values} as v where line.batch_id = ${id} and line.seq = v.which
    and line.state = case v.lost when 1 then 'sent' else 'waiting' end
    and exists (select 1 from ${ranges} as own
      where own.batch_id = line.batch_id and own.owner = v.owner)`;

const keyColumns: readonly ValuesColumn[] = [
  ['which', 'bigint'],
  ['owner', 'text'],
];
const paidColumns: readonly ValuesColumn[] = [
  ['billed', 'integer'],
  ['input', 'bigint'],
  ['output', 'bigint'],
];
