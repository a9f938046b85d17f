import type { KnownProvider } from '../../calls/forward/read-incoming.ts';
import { type BatchLine, hashOf, type LineProblem } from './read-lines.ts';
import { rowsOf, type TableRow } from './read-table.ts';

/** What makes requests of the rows of a table. */
export interface PromptOptions {
  /** Each `{{column}}` in it stands for the row's value. */
  readonly prompt: string;
  readonly model: string;
  /** JSON Schema that answers must keep to. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
}

const url = '/v1/chat/completions';

/** Requests of the rows of a table, or what is wrong with a row. */
export async function* promptLines(
  file: string,
  options: PromptOptions,
): AsyncGenerator<BatchLine | LineProblem> {
  for await (const row of rowsOf(file)) yield 'problem' in row ? row : lineOf(row, options);
}

function lineOf(
  { line, values }: TableRow,
  { prompt, model, schema }: PromptOptions,
): BatchLine | LineProblem {
  const missing: string[] = [];
  const content = prompt.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) missing.push(name);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  if (missing.length > 0) return { line, problem: `it has no ${missing.join(', no ')}` };
  const format = schema && {
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
  };
  const body = Buffer.from(
    JSON.stringify({ model, messages: [{ role: 'user', content }], ...format }),
  );
  const { custom_id: given = values.id } = values;
  if (typeof given === 'object' && given !== null) return { line, problem: 'its id is not a text' };
  const customId = (given ?? '') === '' ? `row-${line}` : String(given);
  return { line, customId, url, body, hash: hashOf(url, body) };
}

/** A model as it is written in a line: of a provider, or else one of OpenAI's. */
export function fullModel(
  model: string,
  providers: readonly KnownProvider[],
  usual: string,
): string {
  return providers.some(({ name }) => model.startsWith(`${name}:`)) ? model : `${usual}:${model}`;
}
