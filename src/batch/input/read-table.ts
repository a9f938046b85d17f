import { BadBatchFile, type LineProblem, linesOf } from './read-lines.ts';

/** A row of a table: its values by the names of their columns. */
export interface TableRow {
  /** Of its first line, counted from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Rows of a file: of a CSV by its header, of JSON lines by their fields. */
export function rowsOf(file: string): AsyncGenerator<TableRow | LineProblem> {
  return file.toLowerCase().endsWith('.csv') ? csvRows(file) : jsonRows(file);
}

async function* jsonRows(file: string) {
  let line = 0;
  for await (const bytes of linesOf(file)) {
    line += 1;
    const text = Buffer.from(bytes).toString('utf8');
    if (text.trim() === '') continue;
    try {
      const values: unknown = JSON.parse(text);
      if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
        yield { line, values: values as Record<string, unknown> };
      } else yield { line, problem: 'it is no JSON object' };
    } catch {
      yield { line, problem: 'it is no JSON object' };
    }
  }
}

/** RFC 4180: values in quotes may hold commas, line ends and doubled quotes. */
async function* csvRows(file: string) {
  let header: readonly string[] | undefined;
  let text = '';
  let first = 1;
  let line = 0;
  for await (const bytes of linesOf(file)) {
    line += 1;
    if (text === '') first = line;
    text += text === '' ? '' : '\n';
    text += Buffer.from(bytes).toString('utf8');
    const isOpen = (text.match(/"/g)?.length ?? 0) % 2 === 1;
    if (isOpen) continue;
    const values = text.trim() === '' ? [] : csvValues(text);
    text = '';
    if (values.length === 0) continue;
    if (!header) {
      header = values.map((name) => name.trim());
      continue;
    }
    if (values.length !== header.length) {
      const problem = `it has ${values.length} values, and the header names ${header.length}`;
      yield { line: first, problem };
      continue;
    }
    const named = header.map((name, column): [string, string] => [name, values[column] ?? '']);
    yield { line: first, values: Object.fromEntries(named) };
  }
  if (text !== '') {
    throw new BadBatchFile([{ line: first, problem: 'a quoted value does not end' }]);
  }
}

function csvValues(text: string): string[] {
  const values: string[] = [];
  const value = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/gy;
  for (let at = 0; at <= text.length; at = value.lastIndex) {
    const [whole, quoted, plain = ''] = value.exec(text) ?? [];
    // A quote in the middle of a plain value: taken as it stands.
    if (whole === undefined) return text.split(',');
    values.push(quoted?.replaceAll('""', '"') ?? plain);
    if (value.lastIndex >= text.length) break;
  }
  return values;
}
