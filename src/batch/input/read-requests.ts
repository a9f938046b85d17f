import { isUtf8 } from 'node:buffer';
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
  type BatchFile,
  type BatchLine,
  batchUrls,
  type CheckedLine,
  hashOf,
  idProblem,
  isNoUtf8,
  type LineProblem,
  linesOf,
  type Problem,
  problemList,
} from './read-lines.ts';
import { fullModel, promptLines } from './read-prompts.ts';

/** Lines, and bytes of them, that are stored together. */
const linesTogether = 1000;
const bytesTogether = 8 * 1024 * 1024;

/** Stores lines. @returns what is wrong with some of them, by line: what only all the others show. */
export type StoreLines = (lines: readonly CheckedLine[]) => Promise<ReadonlyMap<number, Problem>>;

/** What of a line is not in its file. */
export interface ReadOptions {
  readonly providers: readonly KnownProvider[];
  /** Asked by every line, whatever model it names. */
  readonly model?: string | undefined;
  /** The only url that lines may ask for. */
  readonly url?: string | undefined;
  /** Whether a model may be asked, given as `<provider>:<model>`. */
  readonly mayAsk?: (model: string) => boolean;
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
  file: BatchFile,
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
      if (problem !== undefined) problems.add({ line: at, ...problem });
    }
    together = [];
    bytesSoFar = 0;
  };
  for await (const line of linesIn(file, options)) {
    const read = 'problem' in line ? line : checked(line, options);
    if ('problem' in read) {
      problems.add(read);
      continue;
    }
    count += 1;
    together.push(read);
    bytesSoFar += read.body.byteLength;
    if (together.length >= linesTogether || bytesSoFar > bytesTogether) await flush();
  }
  await flush();
  problems.throwIfAny();
  if (count === 0) problems.add({ line: 1, ...emptyFile });
  problems.throwIfAny();
  return count;
}

const emptyFile = { problem: 'the file holds no request', code: 'empty_file' };

async function* linesIn(
  file: BatchFile,
  options: ReadOptions,
): AsyncGenerator<BatchLine | LineProblem> {
  const { prompt, model = '', schema, providers } = options;
  if (prompt !== undefined && typeof file === 'string') {
    const asked = fullModel(model, providers, usualProvider);
    yield* promptLines(file, { prompt, model: asked, schema });
    return;
  }
  let line = 0;
  for await (const bytes of linesOf(file)) {
    line += 1;
    if (isBlank(bytes)) continue;
    const read = readLine(line, bytes, options);
    yield 'problem' in read ? { line, ...read } : read;
  }
}

/** The line, or what is wrong with it. */
function readLine(line: number, bytes: Uint8Array, options: ReadOptions): BatchLine | Problem {
  if (!isUtf8(bytes)) return isNoUtf8;
  try {
    const fields = topLevelFields(bytes);
    const customId = fieldValue(bytes, fields, 'custom_id');
    const method = fieldValue(bytes, fields, 'method') ?? 'POST';
    const url = fieldValue(bytes, fields, 'url');
    const place = fields.findLast(({ name }) => name === 'body');
    if (typeof customId !== 'string' || customId === '') {
      return wrong('missing_required_parameter', 'custom_id', 'custom_id is not a text');
    }
    if (method !== 'POST') return wrong('invalid_method', 'method', 'method is not POST');
    const urls = options.url === undefined ? batchUrls : [options.url];
    if (!urls.some((known) => known === url)) {
      return wrong('invalid_url', 'url', `url is none of ${urls.join(', ')}`);
    }
    if (!place) return wrong('missing_required_parameter', 'body', 'body is missing');
    const own = bytes.subarray(place.start, place.end);
    if (url === messagesUrl) return messagesLine(line, customId, own, options);
    const body = withModel(own, options);
    if ('problem' in body) return body;
    return { line, customId, url: String(url), body, hash: hashOf(String(url), own) };
  } catch (error) {
    if (!(error instanceof NotAnObject)) throw error;
    return { problem: `it is no JSON object (${error.message})`, code: 'invalid_json_line' };
  }
}

/** Whether the line can be sent, as the gateway would send it. */
function checked(line: BatchLine, options: ReadOptions): CheckedLine | LineProblem {
  const { providers, mayAsk } = options;
  const refused = (...[code, param, problem]: Parameters<typeof wrong>) => ({
    ...{ line: line.line, ...wrong(code, param, problem) },
  });
  const badId = idProblem(line.customId);
  if (badId) return { line: line.line, ...badId };
  try {
    const { request, body } = readIncoming(incomingOf(line.url, line.body), providers);
    if (request.isStream) return refused('invalid_value', 'body.stream', 'body.stream is true');
    if (mayAsk && !mayAsk(request.model)) {
      const problem = `the key may not use ${request.model}`;
      return refused('model_not_found', 'body.model', problem);
    }
    const most = mostForwarded(body.byteLength, request.maximumOutputTokens);
    return { ...line, model: request.model, most };
  } catch (error) {
    if (error instanceof NotForwardable) return { line: line.line, problem: error.message };
    throw error;
  }
}

function wrong(code: string, param: string, problem: string): Problem {
  return { code, param, problem };
}

const messagesUrl = '/v1/messages';

/** A line of Anthropic's own API: its provider stands in the path, and the model has its own name. */
function messagesLine(
  line: number,
  customId: string,
  own: Uint8Array,
  { providers, model }: ReadOptions,
): BatchLine | Problem {
  const fields = topLevelFields(own);
  const places = fields.filter(({ name }) => name === 'model');
  const asked = model ?? fieldValue(own, fields, 'model');
  if (typeof asked !== 'string' || asked === '' || places.length === 0) {
    return wrong('missing_required_parameter', 'body.model', 'body.model is not a text');
  }
  const named = providers.find(({ name }) => asked.startsWith(`${name}:`));
  const text = JSON.stringify(named ? asked.slice(named.name.length + 1) : asked);
  const body = spliced(
    own,
    places.map((place) => ({ ...place, text })),
  );
  const url = `/${named?.name ?? 'anthropic'}${messagesUrl}`;
  return { line, customId, url, body, hash: hashOf(url, own) };
}

/** A line's request, as a client of the gateway would make it. */
export function incomingOf(url: string, body: Uint8Array) {
  const version = url.endsWith(messagesUrl) && { 'anthropic-version': '2023-06-01' };
  return {
    ...{ method: 'POST', url, body },
    headers: { 'content-type': 'application/json', ...version },
  };
}

/** A copy of the body, since what it is a part of is larger, or what is wrong with it. */
function withModel(own: Uint8Array, { providers, model }: ReadOptions): Uint8Array | Problem {
  const fields = topLevelFields(own);
  const named = fieldValue(own, fields, 'model');
  const asked = model ?? named;
  if (typeof asked !== 'string' || asked === '') {
    return wrong('missing_required_parameter', 'body.model', 'body.model is not a text');
  }
  const full = fullModel(asked, providers, usualProvider);
  if (full === named) return Buffer.from(own);
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
