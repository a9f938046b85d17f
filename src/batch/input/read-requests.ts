import {
  type KnownProvider,
  NotForwardable,
  readIncoming,
} from '../../calls/forward/read-incoming.ts';
import {
  fieldValue,
  NotAnObject,
  spliced,
  topLevelFields,
} from '../../calls/forward/top-level-fields.ts';
import { mostForwarded } from '../../wire/estimate-tokens.ts';
import {
  type BatchLine,
  batchUrls,
  type CheckedLine,
  hashOf,
  type LineProblem,
  linesOf,
  problemList,
} from './read-lines.ts';
import { fullModel, promptLines } from './read-prompts.ts';

/** Lines, and bytes of them, that are stored together. */
const linesTogether = 1000;
const bytesTogether = 8 * 1024 * 1024;

/** Stores lines. @returns what is wrong with some of them, by line: what only all the others show. */
export type StoreLines = (lines: readonly CheckedLine[]) => Promise<ReadonlyMap<number, string>>;

/** What of a line is not in its file. */
export interface ReadOptions {
  readonly providers: readonly KnownProvider[];
  /** Asked by every line, whatever model it names. */
  readonly model?: string | undefined;
  /** The file is a table: a request is made of each row. Needs the model. */
  readonly prompt?: string | undefined;
  /** JSON Schema that the answers to such requests must keep to. */
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
}

/** Files in OpenAI's batch format name their models without it. */
const usualProvider = 'openai';

/**
 * Reads a file in OpenAI's batch format, or a table, whole, before anything is sent: every mistake is
 * told with its line. Bodies stay the bytes that they are, and no more than a few hundred lines are in memory.
 *
 * @returns how many requests there are.
 * @throws BadBatchFile
 */
export async function readRequests(
  file: string,
  options: ReadOptions,
  store: StoreLines,
): Promise<number> {
  const problems = problemList();
  let together: CheckedLine[] = [];
  let bytesSoFar = 0;
  let count = 0;
  const flush = async () => {
    const wrong = await store(together);
    for (const { line: at } of together) {
      const problem = wrong.get(at);
      if (problem !== undefined) problems.add(at, problem);
    }
    together = [];
    bytesSoFar = 0;
  };
  for await (const line of linesIn(file, options)) {
    const read = 'problem' in line ? line : checked(line, options);
    if ('problem' in read) {
      problems.add(read.line, read.problem);
      continue;
    }
    count += 1;
    together.push(read);
    bytesSoFar += read.body.byteLength;
    if (together.length >= linesTogether || bytesSoFar > bytesTogether) await flush();
  }
  await flush();
  problems.throwIfAny();
  if (count === 0) problems.add(1, 'the file holds no request');
  problems.throwIfAny();
  return count;
}

async function* linesIn(
  file: string,
  options: ReadOptions,
): AsyncGenerator<BatchLine | LineProblem> {
  const { prompt, model = '', schema, providers } = options;
  if (prompt !== undefined) {
    const asked = fullModel(model, providers, usualProvider);
    yield* promptLines(file, { prompt, model: asked, schema });
    return;
  }
  let line = 0;
  for await (const bytes of linesOf(file)) {
    line += 1;
    if (isBlank(bytes)) continue;
    const read = readLine(line, bytes, options);
    yield typeof read === 'string' ? { line, problem: read } : read;
  }
}

/** The line, or what is wrong with it. */
function readLine(line: number, bytes: Uint8Array, options: ReadOptions): BatchLine | string {
  try {
    const fields = topLevelFields(bytes);
    const customId = fieldValue(bytes, fields, 'custom_id');
    const method = fieldValue(bytes, fields, 'method') ?? 'POST';
    const url = fieldValue(bytes, fields, 'url');
    const place = fields.findLast(({ name }) => name === 'body');
    if (typeof customId !== 'string' || customId === '') return 'custom_id is not a text';
    if (method !== 'POST') return 'method is not POST';
    if (!batchUrls.some((known) => known === url)) {
      return `url is none of ${batchUrls.join(', ')}`;
    }
    if (!place) return 'body is missing';
    const own = bytes.subarray(place.start, place.end);
    const body = withModel(own, options);
    if (typeof body === 'string') return body;
    return { line, customId, url: String(url), body, hash: hashOf(String(url), own) };
  } catch (error) {
    if (error instanceof NotAnObject) return `it is no JSON object (${error.message})`;
    throw error;
  }
}

/** Whether the line can be sent, as the gateway would send it. */
function checked(line: BatchLine, { providers }: ReadOptions): CheckedLine | LineProblem {
  try {
    const { request, body } = readIncoming(incomingOf(line.url, line.body), providers);
    if (request.isStream) return { line: line.line, problem: 'body.stream is true' };
    const most = mostForwarded(body.byteLength, request.maximumOutputTokens);
    return { ...line, model: request.model, most };
  } catch (error) {
    if (error instanceof NotForwardable) return { line: line.line, problem: error.message };
    throw error;
  }
}

/** A line's request, as a client of the gateway would make it. */
export function incomingOf(url: string, body: Uint8Array) {
  return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
}

/** A copy of the body, since what it is a part of is larger, or what is wrong with it. */
function withModel(own: Uint8Array, { providers, model }: ReadOptions): Uint8Array | string {
  const fields = topLevelFields(own);
  const named = fieldValue(own, fields, 'model');
  const asked = model ?? named;
  if (typeof asked !== 'string' || asked === '') return 'body.model is not a text';
  const full = fullModel(asked, providers, usualProvider);
  if (full === named) return Uint8Array.from(own);
  const text = JSON.stringify(full);
  const places = fields.filter(({ name }) => name === 'model');
  if (places.length > 0) {
    return spliced(
      own,
      places.map((place) => ({ ...place, text })),
    );
  }
  const end = own.lastIndexOf('}'.charCodeAt(0));
  const comma = fields.length > 0 ? ',' : '';
  return spliced(own, [{ start: end, end, text: `${comma}"model":${text}` }]);
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}
