import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../database/migrations.ts';
import { type DatabaseLocation, openDatabase } from '../database/open-database.ts';
import { createAttemptRecorder } from './attempt-recorder.ts';
import { attemptStore } from './attempt-store.ts';
import { createLocalFile } from './attempts-file.ts';
import { createCallJournal } from './call-journal.ts';
import { createEffectJournal } from './effect-journal.ts';
import { errorName } from './error-name.ts';
import {
  createTakeIn,
  type Forwarded,
  type ForwardOptions,
  forward,
  type RefusedAttempt,
} from './forward.ts';
import { gateBoard, holdBoard } from './gate-board.ts';
import { rateBoard } from './rate-board.ts';

/** The record of every attempt, in the ledger's database. */
export type Journal = ReturnType<typeof openJournal>;

/** What the journal tells about itself; ids and numbers only. */
export type JournalEvent =
  | ({ readonly event: 'journal.taken-in' } & Forwarded)
  | ({ readonly event: 'journal.attempt-refused' } & RefusedAttempt)
  | { readonly event: 'journal.database-away'; readonly error: string }
  | { readonly event: 'journal.file-failed'; readonly dropped: number; readonly error: string }
  | { readonly event: 'journal.file-unreadable'; readonly file: string; readonly error: string };

/** What {@link openJournal} needs; times have defaults. */
export interface JournalOptions extends DatabaseLocation {
  /** Where the local files are: on a disk that outlives the process, shared by workers of one machine. */
  readonly folder: string;
  /** Of the folder, at most; then the latest attempts are given up, counted and told. Default 1 GiB. */
  readonly maximumBytes?: number;
  readonly onEvent?: (event: JournalEvent) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly forwardEveryMs?: number;
  /** How often the folder is searched for what dead workers left. */
  readonly takeInEveryMs?: number;
}

/** A ledger that another process holds is told soon; until then the driver asks again, and never SQLite. */
const inBackground = { isSynced: false, busyTimeoutMs: 1000, blockingTimeoutMs: 0 };
const longestBackoffMs = 30_000;
const closeTimeoutMs = 2000;
/** A lasting problem is reported once a minute. */
const tellEveryMs = 60_000;

/**
 * Opens the journal. Attempts are written to a local file at once and forwarded to the ledger's
 * database in the background: a call neither waits for that database nor fails with it, and a killed
 * worker's file tells the next one what was going on. See docs/decisions/0004.
 *
 * @throws when the folder cannot be written.
 */
export function openJournal(options: JournalOptions) {
  const { folder, now = Date.now } = options;
  const { forwardEveryMs = 500, takeInEveryMs = 30_000, maximumBytes = 1024 ** 3 } = options;
  let isClosed = false;
  const onEvent = (event: JournalEvent) => {
    if (!isClosed) options.onEvent?.(event);
  };
  const tell = seldom(onEvent, tellEveryMs);
  const workerId = `${now().toString(36)}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const fileFailed = (error: unknown) =>
    tell({ event: 'journal.file-failed', dropped: recorder.dropped(), error: errorName(error) });
  const file = createLocalFile(folder, workerId, fileFailed, maximumBytes);
  const recorder = createAttemptRecorder(file, workerId, now);
  // SQLite would hold up all calls while it waits, for the disk or for the lock of another process.
  const opened = openDatabase(options, { connections: 1, ...inBackground });
  const { database, kind } = opened;
  const store = attemptStore(opened);
  // The first ends the search for more to do, the second also what is being done.
  const stop = new AbortController();
  const giveUp = new AbortController();
  const forwarding: ForwardOptions = {
    store,
    signal: giveUp.signal,
    onRefused: (refused) => onEvent({ event: 'journal.attempt-refused', ...refused }),
  };
  const takeIn = createTakeIn({
    ...forwarding,
    folder,
    workerId,
    onTakenIn: (taken) => onEvent({ event: 'journal.taken-in', ...taken }),
    onUnreadable: (name, error) =>
      onEvent({ event: 'journal.file-unreadable', file: name, error: errorName(error) }),
  });

  let migrating: Promise<void> | undefined;
  let takeInAtMs = 0;
  async function carry(takesIn: boolean): Promise<void> {
    await migrateOnce();
    if (takesIn || performance.now() >= takeInAtMs) {
      await takeIn();
      takeInAtMs = performance.now() + takeInEveryMs;
    }
    recorder.write();
    await forward(file, 'ended', forwarding);
  }

  // One at a time: two would forward the same attempts.
  let last: Promise<void> = Promise.resolve();
  function flush(takesIn = false): Promise<void> {
    const next = last.then(() => carry(takesIn));
    last = next.catch(() => {});
    return next;
  }

  async function forwardForEver(): Promise<void> {
    let delayMs = forwardEveryMs;
    while (!stop.signal.aborted) {
      try {
        await flush();
        delayMs = forwardEveryMs;
      } catch (error) {
        delayMs = Math.min(longestBackoffMs, delayMs * 2);
        tell({ event: 'journal.database-away', error: errorName(error) });
      }
      await sleep(delayMs, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }
  const ended = forwardForEver();

  function migrateOnce(): Promise<void> {
    migrating ??= migrate(database, kind).catch((error: unknown) => {
      migrating = undefined;
      throw error;
    });
    return migrating;
  }
  /** The same, once the tables are there. */
  function migrated<Arguments extends unknown[], Result>(
    ask: (...given: Arguments) => Promise<Result>,
  ) {
    return (...given: Arguments) => migrateOnce().then(() => ask(...given));
  }
  const gates = gateBoard(opened, `${process.pid}@${hostname()}`);
  const holds = holdBoard(opened);
  const rates = rateBoard(opened);

  return {
    calls: createCallJournal(recorder),
    effects: createEffectJournal(recorder),
    gates: { post: migrated(gates.post), read: migrated(gates.read), leave: migrated(gates.leave) },
    holds: {
      hold: migrated(holds.hold),
      release: migrated(holds.release),
      read: migrated(holds.read),
    },
    rates: {
      take: migrated(rates.take),
      correct: migrated(rates.correct),
      prune: migrated(rates.prune),
    },
    /** The latest attempts of a workflow that have ended, oldest first; those of this worker included. */
    async read(workflowId: string, atMost: number) {
      await flush();
      return store.read(workflowId, atMost);
    },
    /** Takes in what dead workers left, and stores what has ended here. @throws what the database throws. */
    flush: () => flush(true),
    /** Stores what it can within two seconds; the rest stays in the local file for the next worker. */
    async close() {
      stop.abort();
      await atMost(
        closeTimeoutMs,
        flush().catch(() => {}),
      );
      // What is still going on ends after its statement, and leaves the file alone.
      giveUp.abort();
      await atMost(closeTimeoutMs, last);
      recorder.close();
      const dropped = recorder.dropped();
      if (dropped > 0) onEvent({ event: 'journal.file-failed', dropped, error: 'closed' });
      file.close();
      isClosed = true;
      await atMost(closeTimeoutMs, Promise.all([ended, database.destroy()]));
    },
  };
}

/** Waits for what happens, but no longer than that. */
async function atMost(milliseconds: number, what: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([what, sleep(milliseconds, undefined, { signal }).catch(() => {})]);
  over.abort();
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
