import type { ClassifierRow } from '../provider/families/classifier-row.ts';
import { generalRows } from '../provider/families/general-rows.ts';
import type { ErrorLayer } from './error-layers.ts';

/** The row that says what an answer means, and the error that it was found for. */
export interface FoundRow {
  readonly row: ClassifierRow;
  /** Absent where the status alone decided. */
  readonly layer?: ErrorLayer;
}

/**
 * Finds the row for an error: the innermost error that a row knows exactly, then the innermost that
 * one knows vaguely, then what the status usually means. Within one error the first row rules.
 *
 * @param status 200 where an answer that came as a success holds the error: then its words alone say
 *   what it is, whatever status a row expects.
 */
export function findRow(
  rows: readonly ClassifierRow[],
  layers: readonly ErrorLayer[],
  status: number,
): FoundRow | undefined {
  for (const vague of [undefined, true] as const) {
    const ofKind = rows.filter((row) => row.vague === vague);
    for (const layer of layers) {
      const statuses = [layer.status, status].filter((known) => known !== undefined);
      const isHidden = status === 200 && layer.status === undefined;
      const row =
        ofKind.find((candidate) => matches(candidate, layer, statuses)) ??
        ofKind.find((candidate) => isHidden && readsWords(candidate) && matches(candidate, layer));
      if (row) return { row, layer };
    }
  }
  const named = layers.map((layer) => layer.status).find((known) => known !== undefined);
  const row = generalRows.find(
    (candidate) =>
      candidate.status?.includes(named ?? status) &&
      (candidate.message === undefined ||
        layers.some(({ message }) => candidate.message?.test(message))),
  );
  return row && { row };
}

/** Whether a row looks at more than the status. */
function readsWords({ codes, message, param, quota }: ClassifierRow): boolean {
  return [codes, message, param, quota].some((condition) => condition !== undefined);
}

/** @param statuses any of them; absent where no status is known. */
function matches(row: ClassifierRow, layer: ErrorLayer, statuses?: readonly number[]): boolean {
  const { message } = layer;
  return (
    (!row.status || !statuses || row.status.some((status) => statuses.includes(status))) &&
    (!row.codes || layer.codes.some((code) => row.codes?.includes(code))) &&
    (!row.param || row.param.test(layer.param)) &&
    (!row.message || row.message.test(message)) &&
    !row.unless?.test(message) &&
    (!row.quota || layer.quotaIds.some((id) => row.quota?.test(id))) &&
    (!row.exceedsLimit || exceedsLimit(message))
  );
}

/** "Limit 30000, Requested 41011": no wait makes room for more than the limit itself. */
function exceedsLimit(message: string): boolean {
  const numbers = /\blimit:? ([\d,]+)\b.*\brequested:? ([\d,]+)\b/is.exec(message);
  if (!numbers) return false;
  const [limit, requested] = numbers.slice(1).map((text) => Number(text.replaceAll(',', '')));
  return limit !== undefined && requested !== undefined && requested > limit;
}
