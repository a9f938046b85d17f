import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { BatchStore, LineResult } from '../store/batch-store.ts';
import type { StoredBatch } from '../store/batch-tables.ts';
import { resultLine } from './result-line.ts';

const linesAtOnce = 500;

/** Files of results in the folder of a batch. */
export const resultFiles = {
  answers: 'output.jsonl',
  errors: 'errors.jsonl',
  partial: 'output.partial.jsonl',
} as const;

/** Writes each line that has ended to `output.partial.jsonl`, in the order in which they end. */
export function partialResults(store: BatchStore, id: string, folder: string) {
  const file = path.join(folder, resultFiles.partial);
  mkdirSync(folder, { recursive: true });
  // Written anew by each command: the database knows all that has ended.
  // A file of its own: another command that follows the same batch may write one.
  rmSync(file, { force: true });
  const writer = writerTo(file);
  let lastNth = 0;
  return {
    /** Adds what has ended since the last time. */
    async add(): Promise<void> {
      for (;;) {
        const some = await store.resultsAsEnded(id, lastNth, linesAtOnce);
        for (const result of some) await writer.write(resultLine(id, result));
        lastNth = Number(some.at(-1)?.nth ?? lastNth);
        if (some.length < linesAtOnce) return;
      }
    },
    close: writer.close,
  };
}

/**
 * Writes `output.jsonl` and `errors.jsonl`, in the order of the input, each whole or not at all; what
 * was written as lines ended is removed.
 */
export async function writeResults(
  store: BatchStore,
  batch: Pick<StoredBatch, 'id'>,
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const files = [resultFiles.answers, resultFiles.errors].map((name) => path.join(folder, name));
  // Two commands may end the same batch at once; in containers, under the same process id.
  const part = `${randomUUID()}.new`;
  const [answers, errors] = files.map((file) => writerTo(`${file}.${part}`));
  if (!answers || !errors) return;
  try {
    let after: LineResult | undefined;
    for (;;) {
      const some: LineResult[] = await store.resultsInOrder(batch.id, after, linesAtOnce);
      for (const result of some) {
        if (result.nth === null) continue;
        const writer = result.state === 'answered' ? answers : errors;
        await writer.write(resultLine(batch.id, result));
      }
      after = some.at(-1);
      if (some.length < linesAtOnce) break;
    }
    for (const writer of [answers, errors]) await writer.close();
    for (const file of files) renameSync(`${file}.${part}`, file);
  } finally {
    for (const file of files) rmSync(`${file}.${part}`, { force: true });
  }
  rmSync(path.join(folder, resultFiles.partial), { force: true });
}

function writerTo(file: string) {
  const stream = createWriteStream(file);
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure = error;
  });
  return {
    async write(text: string): Promise<void> {
      if (failure) throw failure;
      if (!stream.write(text)) await once(stream, 'drain');
    },
    async close(): Promise<void> {
      if (failure) throw failure;
      stream.end();
      await once(stream, 'close');
    },
  };
}
