import { readFile, stat } from 'node:fs/promises';
import { maximumPayloadBytes } from '../wire/payload-limit.ts';
import { usageError } from './command-error.ts';
import { formatMegabytes } from './format.ts';

/** What the operating system's most common refusals mean. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'there is no such file',
};

/**
 * Reads a text file, or standard input for `-`.
 *
 * @param what names it in errors, for example `the order`.
 * @throws CommandError `usage` when it cannot be read, is too large for Temporal, or is not UTF-8.
 */
export async function readInput(path: string, what: string): Promise<string> {
  const name = path === '-' ? 'standard input' : path;
  const bytes = path === '-' ? await readStandardInput(what) : await readWholeFile(path, what);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw usageError(`${what} in ${name} is not UTF-8 text`, { cause: error });
  }
}

/**
 * Reads JSON from a file, or from standard input for `-`.
 *
 * @param what names it in errors, for example `the schema`.
 * @throws CommandError `usage` when it cannot be read or is not JSON.
 */
export async function readJsonInput(path: string, what: string): Promise<unknown> {
  return parseJsonInput(await readInput(path, what), `${what} in ${path}`);
}

/**
 * Reads a text as JSON.
 *
 * @param what names it in errors.
 * @throws CommandError `usage`
 */
export function parseJsonInput(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`${what} is not JSON: ${reason.replace(/\s+/g, ' ')}`, { cause: error });
  }
}

async function readWholeFile(path: string, what: string): Promise<Uint8Array> {
  try {
    // Checked before it is read: a file may have gigabytes.
    refuseTooLarge((await stat(path)).size, what, path);
    return await readFile(path);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const reason = reasons[String(error.code)] ?? error.message;
    throw usageError(`cannot read ${what} from ${path}: ${reason}`, { cause: error });
  }
}

async function readStandardInput(what: string): Promise<Uint8Array> {
  if (process.stdin.isTTY)
    process.stderr.write(`Type ${what}, then Ctrl-D on a line of its own.\n`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    refuseTooLarge(size, what, 'standard input');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuseTooLarge(bytes: number, what: string, name: string): void {
  if (bytes <= maximumPayloadBytes) return;
  throw usageError(
    `${what} in ${name} is too large: over ${formatMegabytes(maximumPayloadBytes)}, the most that Temporal carries in one piece`,
  );
}
