import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isBusy, refusedRow } from '../database/classify-database.ts';
import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import { type LocalFile, openLocalFile, workerOf } from './attempts-file.ts';

/** Stored by one statement: SQLite holds up the event loop for about 3 ms for 200 attempts. */
const batch = 200;

/** How many attempts were forwarded. */
export interface Forwarded {
  readonly attempts: number;
  /** Those of them that had no end. */
  readonly lost: number;
}

/** An attempt that the ledger's database does not take, and why. */
export interface RefusedAttempt {
  readonly attemptId: string;
  readonly error: string;
}

/** What {@link forward} needs besides the file. */
export interface ForwardOptions {
  readonly store: Pick<AttemptStore, 'insert'>;
  /** Told of each attempt that is given up because the database refuses its values for good. */
  readonly onRefused: (refused: RefusedAttempt) => void;
  /** Once it aborts, the file is not touched any more. */
  readonly signal?: AbortSignal;
}

/**
 * Carries attempts from a local file into the ledger's database. They leave the file after they have
 * been stored; what is stored twice, because a process died in between, is there once. One that the
 * database refuses whatever is tried leaves it too, so that it keeps no other waiting.
 *
 * @param which `all` for the file of a dead worker, where what has not ended is lost.
 * @throws what the ledger's database throws; the attempts stay in the file.
 */
export async function forward(
  file: LocalFile,
  which: 'ended' | 'all',
  { store, onRefused, signal }: ForwardOptions,
): Promise<Forwarded> {
  let attempts = 0;
  let lost = 0;
  while (!signal?.aborted) {
    const known = file.read(which, batch);
    if (known.size === 0) break;
    const ended = [...known.values()].map((each) => ('outcome' in each ? each : lostAttempt(each)));
    const refused = await insert(ended, store);
    if (signal?.aborted) break;
    const isStored = ({ attemptId }: RecordedAttempt) => !refused.has(attemptId);
    for (const [attemptId, error] of refused) onRefused({ attemptId, error });
    attempts += ended.filter(isStored).length;
    lost += ended.filter((each) => isStored(each) && each.outcome === 'lost').length;
    if (!file.forget(known.keys())) break;
    await nextTurn();
  }
  return { attempts, lost };
}

/**
 * Stores what can be stored. A statement is refused as a whole, so those that the database refuses
 * are found by halves.
 *
 * @returns why, by attempt id.
 */
async function insert(
  attempts: readonly RecordedAttempt[],
  store: Pick<AttemptStore, 'insert'>,
): Promise<Map<string, string>> {
  try {
    await store.insert(attempts);
    return new Map();
  } catch (error) {
    const why = refusedRow(error);
    if (why === undefined) throw error;
    const [first, ...others] = attempts;
    if (first && others.length === 0) return new Map([[first.attemptId, why]]);
    const half = Math.ceil(attempts.length / 2);
    const refused = await insert(attempts.slice(0, half), store);
    return new Map([...refused, ...(await insert(attempts.slice(half), store))]);
  }
}

/** A worker died while this went on. What it had sent may have been answered, and billed. */
function lostAttempt(attempt: BegunAttempt): RecordedAttempt {
  if (attempt.kind === 'effect') return { ...attempt, outcome: 'lost' };
  const billing = attempt.sent === 'no' ? 'not billed' : 'possibly billed';
  return { ...attempt, outcome: 'lost', billing };
}

/** What {@link createTakeIn} needs. */
interface TakeInOptions extends ForwardOptions {
  readonly folder: string;
  /** Whose file is left alone. */
  readonly workerId: string;
  /** A dead worker's attempts have been forwarded. */
  readonly onTakenIn: (taken: Forwarded) => void;
  /** What cannot be read: it stays where it is, is told once, and keeps nothing else waiting. */
  readonly onUnreadable: (name: string, error: unknown) => void;
}

/**
 * Looks through a folder for what dead workers left, and takes it in. Several workers may do so at
 * once: the lock of each file decides.
 *
 * @returns a function that throws what the ledger's database throws; the files stay, for the next time.
 */
export function createTakeIn(options: TakeInOptions): () => Promise<void> {
  const { folder, workerId, onTakenIn, onUnreadable, signal } = options;
  const unreadable = new Set<string>();

  function giveUp(name: string, error: unknown): void {
    // What is gone, another worker has taken in meanwhile.
    if (unreadable.has(name) || !existsSync(path.join(folder, name))) return;
    unreadable.add(name);
    onUnreadable(name, error);
  }

  function open(name: string): LocalFile | undefined {
    const file = path.join(folder, name);
    try {
      const isBeingMade = statSync(file).size === 0;
      return isBeingMade ? undefined : openLocalFile(file, (error) => giveUp(name, error));
    } catch (error) {
      if (!isBusy(error)) giveUp(name, error);
      return undefined;
    }
  }

  return async () => {
    const names = await readdir(folder).catch((error: unknown): string[] => {
      giveUp('.', error);
      return [];
    });
    for (const name of names) {
      if (signal?.aborted) return;
      const worker = workerOf(name);
      if (worker === undefined || worker === workerId || unreadable.has(name)) continue;
      const file = open(name);
      if (!file) continue;
      try {
        const taken = await forward(file, 'all', options);
        if (taken.attempts > 0) onTakenIn(taken);
      } finally {
        file.close();
      }
    }
  };
}
