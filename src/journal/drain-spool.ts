import { open, rm } from 'node:fs/promises';
import type { AttemptStore } from './attempt-store.ts';
import { isEnd } from './spool-line.ts';
import type { Segment } from './spool-writer.ts';

/** Read and stored in one go: bounds the memory, and how long SQLite holds up the event loop. */
const chunkBytes = 128 * 1024;

/** Carries what has ended from a spool into the database. */
export interface SpoolDrain {
  /** Stores all that was appended before it was called. @throws what the database throws. */
  readonly drain: () => Promise<void>;
  /** Bytes that are in the spool and not read yet. */
  readonly behindBytes: () => number;
}

/**
 * Reads the segments behind their writer. A chunk that could not be stored is read again the next
 * time; one that was stored twice does no harm.
 */
export function createSpoolDrain(
  segments: Segment[],
  store: Pick<AttemptStore, 'insert'>,
): SpoolDrain {
  /** Up to where the first segment has been stored. */
  let offset = 0;

  async function drain(): Promise<void> {
    for (;;) {
      const segment = segments[0];
      if (!segment) return;
      const { isSealed, size } = segment;
      const { ends, bytes } = await readEnds(segment.file, offset, size);
      await store.insert(ends);
      offset += bytes;
      if (offset < size && bytes > 0) continue;
      if (!isSealed) return;
      await rm(segment.file, { force: true });
      segments.shift();
      offset = 0;
    }
  }

  return {
    drain,
    behindBytes: () => segments.reduce((sum, { size }) => sum + size, 0) - offset,
  };
}

/** The ended attempts in the whole lines of a chunk, as JSON texts. */
async function readEnds(file: string, offset: number, size: number) {
  const length = Math.min(chunkBytes, size - offset);
  if (length <= 0) return { ends: [], bytes: 0 };
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, offset);
    // No line is as long as a chunk. Without a line feed there is only what a full disk tore.
    const bytes = buffer.lastIndexOf(0x0a, bytesRead - 1) + 1;
    const lines = buffer.toString('utf8', 0, bytes).split('\n');
    return { ends: lines.filter(isEnd).map((line) => line.slice(1)), bytes };
  } finally {
    await handle.close();
  }
}
