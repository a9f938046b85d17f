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
import {
  type BatchFile,
  type BatchLine,
  batchUrls,
  hashOf,
  type LineProblem,
  linesOf,
  problemList,
} from './read-lines.ts';

/** Lines, and bytes of them, that are stored together. */
const linesTogether = 1000;
const bytesTogether = 8 * 1024 * 1024;

/** Stores lines. @returns what is wrong with some of them, by line: what only all the others show. */
export type StoreLines = (lines: readonly BatchLine[]) => Promise<ReadonlyMap<number, LineProblem>>;

/** What of a line is not in its file. */
export interface ReadOptions {
  readonly providers: readonly KnownProvider[];
  /** Asked by every line, whatever model it names. */
  readonly model?: string | undefined;
  /** The only url that lines may ask for. */
  readonly url?: string | undefined;
  /** Whether a model may be asked, given as `<provider>:<model>`. */
  readonly mayAsk?: (model: string) => boolean;
}

/** Files in OpenAI's batch format name their models without it. */
const usualProvider = 'openai';

/**
 * Reads a file in OpenAI's batch format, whole, before anything is sent: every mistake is told with its
 * line. Bodies stay the bytes that they are, and no more than a few hundred lines are in memory.
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
  let together: BatchLine[] = [];
  let bytesSoFar = 0;
  let line = 0;
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
  for await (const bytes of linesOf(file)) {
    line += 1;
    if (isBlank(bytes)) continue;
    const read = readLine(line, bytes, options);
    if ('code' in read) {
      problems.add(line, read);
      continue;
    }
    count += 1;
    together.push(read);
    bytesSoFar += read.body.byteLength;
    if (together.length >= linesTogether || bytesSoFar > bytesTogether) await flush();
  }
  await flush();
  problems.throwIfAny();
  if (count === 0) problems.add(1, { code: 'empty_file', message: 'the file holds no request' });
  problems.throwIfAny();
  return count;
}

/** The line, or what is wrong with it. */
function readLine(line: number, bytes: Uint8Array, options: ReadOptions): BatchLine | LineProblem {
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
    const body = withModel(own, options);
    if ('code' in body) return body;
    const { request } = readIncoming(incomingOf(String(url), body), options.providers);
    if (request.isStream) return wrong('invalid_value', 'body.stream', 'body.stream is true');
    if (options.mayAsk && !options.mayAsk(request.model)) {
      return wrong('model_not_found', 'body.model', `the key may not use ${request.model}`);
    }
    return { line, customId, url: String(url), body, hash: hashOf(String(url), own) };
  } catch (error) {
    if (error instanceof NotAnObject) {
      return { code: 'invalid_json_line', message: `it is no JSON object (${error.message})` };
    }
    if (!(error instanceof NotForwardable)) throw error;
    return { code: 'invalid_request', message: error.message };
  }
}

function wrong(code: string, param: string, message: string): LineProblem {
  return { code, param, message };
}

/** A line's request, as a client of the gateway would make it. */
export function incomingOf(url: string, body: Uint8Array) {
  return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body };
}

/** The model that a line's body asks. */
export function modelOf(body: Uint8Array): string {
  return String(fieldValue(body, topLevelFields(body), 'model'));
}

/** A copy of the body, since what it is a part of is larger, or what is wrong with it. */
function withModel(own: Uint8Array, { providers, model }: ReadOptions): Uint8Array | LineProblem {
  const fields = topLevelFields(own);
  const named = fieldValue(own, fields, 'model');
  const asked = model ?? named;
  if (typeof asked !== 'string' || asked === '') {
    return wrong('missing_required_parameter', 'body.model', 'body.model is not a text');
  }
  const isKnown = providers.some(({ name }) => asked.startsWith(`${name}:`));
  const full = isKnown ? asked : `${usualProvider}:${asked}`;
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
