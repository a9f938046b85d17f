import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../database/migrations.ts';
import { type DatabaseLocation, openDatabase } from '../database/open-database.ts';
import type { RecordedAttempt } from '../wire/recorded-attempt.ts';
import { createAttemptRecorder } from './attempt-recorder.ts';
import { attemptStore } from './attempt-store.ts';
import { type CallJournal, createCallJournal } from './call-journal.ts';
import { createSpoolDrain } from './drain-spool.ts';
import { createEffectJournal, type EffectJournal } from './effect-journal.ts';
import { type GateBoard, gateBoard } from './gate-board.ts';
import { createSpoolWriter } from './spool-writer.ts';
import { takeInSpools } from './take-in-spools.ts';

/** The record of every attempt, in the ledger's database. */
export interface Journal {
  readonly calls: CallJournal;
  readonly effects: EffectJournal;
  /** Where the workers say how their gates stand. */
  readonly gates: GateBoard;
  /** The latest attempts of a workflow that have ended, oldest first; those of this worker included. */
  readonly read: (workflowId: string, atMost: number) => Promise<RecordedAttempt[]>;
  /** Takes in what dead workers left, and stores what has ended here. @throws what the database throws. */
  readonly flush: () => Promise<void>;
  /** Stores what it can within two seconds; the rest stays in the spool for the next worker. */
  readonly close: () => Promise<void>;
}

/** What the journal tells about itself; ids and numbers only. */
export type JournalEvent =
  | { readonly event: 'journal.taken-in'; readonly spools: number; readonly lost: number }
  | { readonly event: 'journal.database-away'; readonly behindBytes: number; error: string }
  | { readonly event: 'journal.spool-failed'; readonly dropped: number; error: string };

/** What {@link openJournal} needs; times have defaults. */
export interface JournalOptions extends DatabaseLocation {
  /** Where the spools are: on a disk that outlives the process, shared by workers of one machine. */
  readonly spoolFolder: string;
  readonly onEvent?: (event: JournalEvent) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly drainEveryMs?: number;
  /** How often the folder is searched for what dead workers left. */
  readonly takeInEveryMs?: number;
  readonly segmentBytes?: number;
}

const longestBackoffMs = 30_000;
const closeTimeoutMs = 2000;
/** A problem that lasts is told once in so long. */
const tellEveryMs = 60_000;

/**
 * Opens the journal. Attempts are appended to a file at once and stored in the database in the
 * background: a call neither waits for the database nor fails with it, and a killed worker's file
 * tells the next one what was going on. See docs/decisions/0004.
 *
 * @throws when the spool's folder cannot be written.
 */
export function openJournal(options: JournalOptions): Journal {
  const { spoolFolder, onEvent = () => {}, now = Date.now } = options;
  const { drainEveryMs = 500, takeInEveryMs = 30_000, segmentBytes = 1024 * 1024 } = options;
  // Not synced: the spool is not either, and SQLite would hold up the whole process for the disk.
  const opened = openDatabase(options, { connections: 2, isSynced: false });
  const { database, kind } = opened;
  const store = attemptStore(opened);
  const spoolId = `${now().toString(36)}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const tell = seldom(onEvent, tellEveryMs);
  const writer = createSpoolWriter({
    folder: spoolFolder,
    id: spoolId,
    segmentBytes,
    carryOver: () => recorder.openLines(),
    onProblem: (error) =>
      tell({ event: 'journal.spool-failed', dropped: writer.dropped(), error: nameOf(error) }),
  });
  const recorder = createAttemptRecorder(writer, now);
  const spool = createSpoolDrain(writer.segments, store);
  const stop = new AbortController();

  let isMigrated = false;
  let takeInAtMs = 0;
  async function carry(takesIn: boolean): Promise<void> {
    await migrateOnce();
    if (takesIn || performance.now() >= takeInAtMs) {
      const taken = await takeInSpools(spoolFolder, spoolId, store);
      if (taken.spools > 0) onEvent({ event: 'journal.taken-in', ...taken });
      takeInAtMs = performance.now() + takeInEveryMs;
    }
    writer.write();
    await spool.drain();
  }

  // One at a time: two would read the same chunk.
  let last: Promise<void> = Promise.resolve();
  function flush(takesIn = false): Promise<void> {
    const next = last.then(() => carry(takesIn));
    last = next.catch(() => {});
    return next;
  }

  async function drainForEver(): Promise<void> {
    let delayMs = drainEveryMs;
    while (!stop.signal.aborted) {
      try {
        await flush();
        delayMs = drainEveryMs;
      } catch (error) {
        delayMs = Math.min(longestBackoffMs, delayMs * 2);
        const behindBytes = spool.behindBytes();
        tell({ event: 'journal.database-away', behindBytes, error: nameOf(error) });
      }
      await sleep(delayMs, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }
  const draining = drainForEver();

  async function migrateOnce(): Promise<void> {
    if (!isMigrated) await migrate(database, kind);
    isMigrated = true;
  }
  function migrated(board: GateBoard): GateBoard {
    return {
      post: (gates) => migrateOnce().then(() => board.post(gates)),
      read: () => migrateOnce().then(board.read),
      leave: () => migrateOnce().then(board.leave),
    };
  }

  return {
    calls: createCallJournal(recorder),
    effects: createEffectJournal(recorder),
    gates: migrated(gateBoard(opened, `${process.pid}@${hostname()}`)),
    async read(workflowId, atMost) {
      await flush();
      return store.read(workflowId, atMost);
    },
    flush: () => flush(true),
    async close() {
      stop.abort();
      const isDone = flush().then(
        () => true,
        () => false,
      );
      const timeout = sleep(closeTimeoutMs, false, { ref: false });
      const isEmpty = (await Promise.race([isDone, timeout])) && recorder.openLines().length === 0;
      writer.close(isEmpty);
      await Promise.race([
        Promise.all([draining.then(store.close), database.destroy()]),
        sleep(closeTimeoutMs),
      ]);
    },
  };
}

function nameOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code || (error instanceof Error ? error.name : typeof error);
}

/** Passes on the first event of a kind, and the next one only after a while. */
function seldom(tell: (event: JournalEvent) => void, everyMs: number) {
  const lastMs = new Map<string, number>();
  return (event: JournalEvent) => {
    const nowMs = performance.now();
    if (nowMs - (lastMs.get(event.event) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    lastMs.set(event.event, nowMs);
    tell(event);
  };
}
