import { isUtf8 } from 'node:buffer';
import { BadBatchFile, isNoUtf8, type LineProblem, linesOf } from './read-lines.ts';

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
    if (!isUtf8(bytes)) {
      yield { line, ...isNoUtf8 };
      continue;
    }
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
    if (!isUtf8(bytes)) yield { line, ...isNoUtf8 };
    const part = Buffer.from(bytes).toString('utf8');
    const isWithin = text !== '';
    if (!isWithin) first = line;
    text += isWithin ? `\n${part}` : part;
    if (text.length > longestRow) throw doesNotEnd(first);
    // Nothing ends within it: to look through all of it with each of its lines takes too long.
    if (isWithin && !part.includes('"')) continue;
    const values = text.trim() === '' ? [] : csvValues(text);
    if (!values) continue;
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
  if (text !== '') throw doesNotEnd(first);
}

const longestRow = 16 * 1024 * 1024;

function doesNotEnd(line: number): BadBatchFile {
  return new BadBatchFile([{ line, problem: 'a quoted value does not end' }]);
}

/** Values of a row; `undefined` where a quoted one does not end yet. A quote within a plain value is its own. */
function csvValues(text: string): string[] | undefined {
  const values: string[] = [];
  const value = /(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|(?!")([^,]*))/gy;
  for (let at = 0; at <= text.length; at = value.lastIndex) {
    const [whole, quoted, plain = ''] = value.exec(text) ?? [];
    if (whole === undefined) return undefined;
    values.push(quoted?.replaceAll('""', '"') ?? plain);
    if (value.lastIndex >= text.length) break;
  }
  return values;
}
