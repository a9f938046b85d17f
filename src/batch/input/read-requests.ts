import {
  type FieldPlace,
  fieldValue,
  NotAnObject,
  topLevelFields,
} from '../../calls/forward/top-level-fields.ts';
import { type BatchLine, batchUrls, hashOf, linesOf, problemList } from './read-lines.ts';

/** Lines that are stored together. */
const linesTogether = 500;

/** Stores lines. @returns what is wrong with some of them, by line: what only all the others show. */
export type StoreLines = (lines: readonly BatchLine[]) => Promise<ReadonlyMap<number, string>>;

/**
 * Reads a file in OpenAI's batch format, whole, before anything is sent: every mistake is told with its
 * line. Bodies stay the bytes that they are, and no more than a few hundred lines are in memory.
 *
 * @returns how many requests there are.
 * @throws BadBatchFile
 */
export async function readRequests(file: string, store: StoreLines): Promise<number> {
  const problems = problemList();
  let together: BatchLine[] = [];
  let line = 0;
  let count = 0;
  const flush = async () => {
    const wrong = await store(together);
    for (const { line: at } of together) {
      const problem = wrong.get(at);
      if (problem !== undefined) problems.add(at, problem);
    }
    together = [];
  };
  for await (const bytes of linesOf(file)) {
    line += 1;
    if (isBlank(bytes)) continue;
    const read = readLine(line, bytes);
    if (typeof read === 'string') {
      problems.add(line, read);
      continue;
    }
    count += 1;
    together.push(read);
    if (together.length === linesTogether) await flush();
  }
  await flush();
  problems.throwIfAny();
  if (count === 0) problems.add(1, 'the file holds no request');
  problems.throwIfAny();
  return count;
}

/** The line, or what is wrong with it. */
function readLine(line: number, bytes: Uint8Array): BatchLine | string {
  let fields: readonly FieldPlace[];
  try {
    fields = topLevelFields(bytes);
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
    const body = bytes.subarray(place.start, place.end);
    const inner = topLevelFields(body);
    const model = fieldValue(body, inner, 'model');
    if (typeof model !== 'string' || !/^[^:]+:./.test(model)) {
      return 'body.model is not <provider>:<model>';
    }
    if (fieldValue(body, inner, 'stream') === true) return 'body.stream is true';
    // A copy: the buffer that the line is a part of is larger.
    const copy = Uint8Array.from(body);
    return { line, customId, model, url: String(url), body: copy, hash: hashOf(String(url), copy) };
  } catch (error) {
    if (error instanceof NotAnObject) return `it is no JSON object (${error.message})`;
    throw error;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09);
}
