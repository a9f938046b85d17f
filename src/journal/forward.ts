import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import type { LocalFile } from './attempts-file.ts';

/** Stored by one statement: SQLite holds up the event loop for about 3 ms with so many. */
const batch = 200;

/** How many attempts were forwarded. */
export interface Forwarded {
  readonly attempts: number;
  /** Those of them that had no end. */
  readonly lost: number;
}

/**
 * Carries attempts from a local file into the ledger's database. They leave the file after they have
 * been stored; what is stored twice, because a process died in between, is there once.
 *
 * @param which `all` for the file of a dead worker, where what has not ended is lost.
 * @throws what the ledger's database throws; the attempts stay in the file.
 */
export async function forward(
  file: LocalFile,
  store: Pick<AttemptStore, 'insert'>,
  which: 'ended' | 'all',
): Promise<Forwarded> {
  let attempts = 0;
  let lost = 0;
  for (;;) {
    const known = file.read(which, batch);
    if (known.size === 0) return { attempts, lost };
    const ended = [...known.values()].map((each) => ('outcome' in each ? each : lostAttempt(each)));
    await store.insert(ended);
    attempts += known.size;
    lost += ended.filter(({ outcome }) => outcome === 'lost').length;
    if (!file.forget(known.keys())) return { attempts, lost };
    await nextTurn();
  }
}

/** A worker died while this went on. What it had sent may have been answered, and billed. */
function lostAttempt(attempt: BegunAttempt): RecordedAttempt {
  if (attempt.kind === 'effect') return { ...attempt, outcome: 'lost' };
  const billing = attempt.sent === 'no' ? 'not billed' : 'possibly billed';
  return { ...attempt, outcome: 'lost', billing };
}
