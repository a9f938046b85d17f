import { setImmediate as nextTurn } from 'node:timers/promises';
import { refusedRow } from '../database/classify-database.ts';
import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import type { LocalFile } from './attempts-file.ts';

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
