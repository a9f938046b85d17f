import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type SpoolLock, takeSpoolLock } from './spool-lock.ts';

/** A file of the spool. */
export interface Segment {
  readonly file: string;
  /** Bytes written so far. */
  size: number;
  /** Nothing more will be written to it. */
  isSealed: boolean;
}

/** A worker's own spool: what it appends is there after a SIGKILL. */
export interface SpoolWriter {
  readonly id: string;
  /** Written within this turn of the event loop. Never throws: a full disk must not fail a call. */
  readonly append: (line: string) => void;
  /** Writes what was appended, now. */
  readonly write: () => void;
  /** Oldest first; the last one is written to. The reader takes out what it is done with. */
  readonly segments: Segment[];
  /** Lines that could not be written and were given up. */
  readonly dropped: () => number;
  /** Lets go of the lock. What is in the spool still is for the next worker to take in. */
  readonly close: (isEmpty: boolean) => void;
}

/** What {@link createSpoolWriter} needs. */
export interface SpoolWriterOptions {
  readonly folder: string;
  readonly id: string;
  /** A segment that has grown to this is sealed. */
  readonly segmentBytes: number;
  /** Lines of the attempts under way: they go along into each new segment. */
  readonly carryOver: () => Iterable<string>;
  readonly onProblem: (error: unknown) => void;
}

/** Lines kept in memory while the disk takes none. */
const maximumUnwritten = 1000;

/**
 * Writes lines to files: a few microseconds, because the kernel takes them into the page cache, which
 * outlives the process. It is not synced: a power cut may cost the last moment.
 *
 * Lines of one turn of the event loop go together. What a process does within a turn is not seen
 * outside before its end, so a kill in between is the same as one a moment earlier; only a line that
 * must be there before something leaves the process is followed by `write`.
 *
 * @throws when the folder cannot be written: found at the start, not at the first call.
 */
export function createSpoolWriter(options: SpoolWriterOptions): SpoolWriter {
  const { folder, id, segmentBytes, carryOver, onProblem } = options;
  mkdirSync(folder, { recursive: true });
  // First the lock, then the files: nobody may take a living worker's spool for a dead one's.
  const lockFile = path.join(folder, `${id}.lock`);
  const lock = takeSpoolLock(lockFile) as SpoolLock;
  const segments: Segment[] = [];
  let unwritten: string[] = [];
  let dropped = 0;
  let isTorn = false;
  let isScheduled = false;
  let { fd, segment } = openSegment(1);

  function openSegment(nth: number) {
    const file = path.join(folder, `${id}.${String(nth).padStart(6, '0')}.jsonl`);
    const opened = { fd: openSync(file, 'a'), segment: { file, size: 0, isSealed: false } };
    segments.push(opened.segment);
    return opened;
  }

  function put(text: string): void {
    // What a full disk cut off must not swallow the next line.
    const whole = isTorn ? `\n${text}` : text;
    isTorn = true;
    const bytes = Buffer.from(whole);
    let written = 0;
    while (written < bytes.length) {
      const more = writeSync(fd, bytes, written);
      written += more;
      segment.size += more;
    }
    isTorn = false;
  }

  let nth = 1;
  function rotate(): void {
    const before = { fd, segment };
    nth += 1;
    ({ fd, segment } = openSegment(nth));
    put([...carryOver()].join(''));
    before.segment.isSealed = true;
    closeSync(before.fd);
  }

  function write(): void {
    if (unwritten.length === 0) return;
    try {
      put(unwritten.join(''));
      unwritten = [];
      if (segment.size >= segmentBytes) rotate();
    } catch (error) {
      dropped += unwritten.splice(maximumUnwritten).length;
      onProblem(error);
    }
  }

  function append(line: string): void {
    unwritten.push(line);
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      write();
    });
  }

  return {
    id,
    append,
    write,
    segments,
    dropped: () => dropped,
    close(isEmpty) {
      write();
      closeSync(fd);
      if (isEmpty) {
        for (const { file } of [...segments, { file: lockFile }]) rmSync(file, { force: true });
      }
      lock.release();
    },
  };
}
