import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Usage } from '../../policies/call-costs.ts';

/** One line of a batch file, checked: `{custom_id, method, url, body}` of OpenAI's format. */
export interface BatchLine {
  /** Counted from 1, blank lines included: as an editor counts. */
  readonly line: number;
  readonly customId: string;
  readonly url: string;
  /** The body's own bytes, as they stand in the file, but with the model as `<provider>:<model>`. */
  readonly body: Uint8Array;
  /** SHA-256 of url and body, as the file has them. */
  readonly hash: string;
}

/** What is wrong with a line, or with all of it where that has no name. */
export interface Problem {
  readonly problem: string;
  /** What OpenAI's API calls it, where it does. */
  readonly code?: string;
  /** The field that it is about. */
  readonly param?: string;
}

/** The same with its line. */
export interface LineProblem extends Problem {
  readonly line: number;
}

/** A line that can be sent. */
export interface CheckedLine extends BatchLine {
  /** `<provider>:<model>` */
  readonly model: string;
  /** What it uses at most, by an estimate. */
  readonly most: Usage;
}

/** What is wrong with a file, each with its line. */
export class BadBatchFile extends Error {
  override readonly name = 'BadBatchFile';
  readonly problems: readonly LineProblem[];
  constructor(problems: readonly LineProblem[], more = 0) {
    const rest = more > 0 ? `\n  - and ${more} more` : '';
    const told = problems.map(({ line, problem }) => `  - line ${line}: ${problem}`);
    super(`the file has mistakes:\n${told.join('\n')}${rest}`);
    this.problems = problems;
  }
}

/** Paths that a line may ask for. */
export const batchUrls = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/embeddings',
  // Anthropic's own.
  '/v1/messages',
] as const;

/** A file's path, or its bytes as they come. */
export type BatchFile = string | AsyncIterable<Buffer>;

/** Most bytes of one line: what a provider takes, and more than a prompt has. */
const maximumLineBytes = 16 * 1024 * 1024;
/** So many mistakes are told; the rest is counted. */
const toldProblems = 20;

/**
 * Splits a file into its lines as bytes, without holding the file: `\n` and `\r\n` end a line, and the
 * last one needs no end. The bytes of a line of a file on disk are there until the next one is asked for:
 * what is kept is copied, and reading a large file makes no more garbage than that.
 *
 * @throws BadBatchFile for a byte order mark, by its name, and for a line without an end.
 */
export async function* linesOf(file: BatchFile): AsyncGenerator<Uint8Array> {
  const parts = typeof file === 'string' ? partsOf(file) : file;
  let lines = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const part of parts) {
    let bytes: Buffer = rest.length === 0 ? part : Buffer.concat([rest, part]);
    if (isFirst && bytes.length >= 3) {
      assertNoByteOrderMark(bytes);
      isFirst = false;
    }
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      lines += 1;
      yield withoutReturn(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > maximumLineBytes) {
      const problem = `it has more than ${maximumLineBytes} bytes`;
      throw new BadBatchFile([{ line: lines + 1, problem }]);
    }
    rest = Buffer.from(bytes);
  }
  if (rest.length > 0) yield withoutReturn(rest);
}

/** Parts of a file, each of them in the same place as the one before. */
async function* partsOf(file: string): AsyncGenerator<Buffer> {
  await using handle = await open(file);
  const place = Buffer.allocUnsafeSlow(256 * 1024);
  for (;;) {
    const { bytesRead } = await handle.read(place, 0, place.length);
    if (bytesRead === 0) return;
    yield place.subarray(0, bytesRead);
  }
}

function assertNoByteOrderMark(bytes: Buffer): void {
  const mark = [
    ['UTF-8', [0xef, 0xbb, 0xbf]],
    ['UTF-16 (little-endian)', [0xff, 0xfe]],
    ['UTF-16 (big-endian)', [0xfe, 0xff]],
  ] as const;
  const found = mark.find(([, signs]) => signs.every((sign, at) => bytes[at] === sign));
  if (!found) return;
  const problem = `the file begins with a byte order mark of ${found[0]}; save it as UTF-8 without one`;
  throw new BadBatchFile([{ line: 1, problem, code: 'invalid_json_line' }]);
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
}

/** Collects what is wrong, and tells the first of it. */
export function problemList() {
  const told: LineProblem[] = [];
  let all = 0;
  return {
    add(problem: LineProblem): void {
      all += 1;
      if (told.length < toldProblems) told.push(problem);
    },
    throwIfAny(): void {
      if (all > 0) throw new BadBatchFile(told, all - told.length);
    },
  };
}

/** What makes a line the same as the one that was sent: its url and its body's bytes. */
export function hashOf(url: string, body: Uint8Array): string {
  return createHash('sha256').update(url).update('\n').update(body).digest('base64url');
}

/** Most bytes of an id: an index of PostgreSQL takes no more than about 2,700 of a row. */
const maximumIdBytes = 2000;

/** What is wrong with an id: databases and files of results must hold it as it is. */
export function idProblem(id: string): Problem | undefined {
  const about = (problem: string): Problem => ({
    ...{ code: 'invalid_value', param: 'custom_id', problem: `custom_id ${problem}` },
  });
  if (id.includes('\0')) return about('has a NUL character');
  if (!id.isWellFormed()) return about('has half of a surrogate pair, which is no character');
  const bytes = Buffer.byteLength(id);
  if (bytes <= maximumIdBytes) return undefined;
  return about(`has ${bytes} bytes, and may have ${maximumIdBytes}`);
}

/** Names what is wrong with bytes that are no UTF-8: a table that was saved by an old program, say. */
export const isNoUtf8: Problem = {
  ...{ code: 'invalid_json_line', problem: 'it is not in UTF-8; save the file as UTF-8' },
};

/** An id stands in a file twice. */
export function isTwice({ customId }: Pick<BatchLine, 'customId'>, other?: number): Problem {
  const where = other === undefined ? 'in an earlier line' : `in line ${other}`;
  const problem = `the custom_id ${customId} stands ${where} too`;
  return { code: 'duplicate_custom_id', param: 'custom_id', problem };
}
