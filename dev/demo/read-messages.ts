import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from './options.ts';

/** A customer's message, with what a person said it is about. */
export interface LabelledMessage {
  /** The line of the file on which its record begins, counted from 1: it names the workflow. */
  readonly line: number;
  readonly text: string;
  readonly category: string;
}

/** A file of messages. */
export interface MessageFile {
  /** The first ones, as many as were asked for. */
  readonly messages: readonly LabelledMessage[];
  /** All in the file. */
  readonly total: number;
  /** The distinct categories of the whole file, sorted. */
  readonly intents: readonly string[];
}

const columns = ['text', 'category'] as const;

/**
 * Reads a CSV file with a header line and the columns `text` and `category`.
 *
 * @throws UsageError in one sentence naming the file.
 */
export function readMessages(path: string, limit: number): MessageFile {
  const records = parseFile(path);
  const header = records[0]?.record ?? [];
  for (const column of columns) {
    if (!header.includes(column)) {
      const found = header.length === 0 ? 'is empty' : `has the columns ${header.join(', ')}`;
      throw new UsageError(`${path} needs a column "${column}"; the file ${found}`);
    }
  }
  const [textAt, categoryAt] = columns.map((column) => header.indexOf(column)) as [number, number];
  const all = records.slice(1).map(({ record, line }) => ({
    line,
    text: record[textAt] ?? '',
    category: record[categoryAt] ?? '',
  }));
  const usable = all.filter(({ text, category }) => text.trim() !== '' && category !== '');
  if (usable.length === 0) throw new UsageError(`${path} holds no message below its header`);
  const intents = [...new Set(usable.map(({ category }) => category))].sort();
  return { messages: usable.slice(0, limit), total: usable.length, intents };
}

interface RecordAtLine {
  readonly record: readonly string[];
  readonly line: number;
}

function parseFile(path: string): RecordAtLine[] {
  try {
    const parsed = parse(readFileSync(path), { bom: true, skip_empty_lines: true, info: true });
    let nextLine = 1;
    return (parsed as unknown as { record: string[]; info: { lines: number } }[]).map(
      ({ record, info }) => {
        const line = nextLine;
        // csv-parse counts the lines up to the end of a record; a quoted text may hold several.
        nextLine = info.lines + 1;
        return { record, line };
      },
    );
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`${path} is not CSV: ${error.message}`);
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : String(code ?? error);
    throw new UsageError(`${path} cannot be read: ${why}`);
  }
}
