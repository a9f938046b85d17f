import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BegunAttempt, RecordedAttempt } from '../wire/recorded-attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import { readSpoolLine } from './spool-line.ts';
import { takeSpoolLock } from './spool-lock.ts';

/** What was taken in. */
export interface TakenIn {
  readonly spools: number;
  /** Attempts that had no end: their worker was killed in the middle. */
  readonly lost: number;
}

const segmentName = /^(.+)\.\d{6}\.jsonl$/;

/**
 * Takes in what dead workers left in a folder, with this worker's own spool left alone. Several may try at once: the lock decides, and what
 * two of them store is stored once.
 *
 * @throws what the database throws; the spool stays, for the next time.
 */
export async function takeInSpools(
  folder: string,
  ownId: string,
  store: Pick<AttemptStore, 'insert'>,
): Promise<TakenIn> {
  let spools = 0;
  let lost = 0;
  const ids = new Set<string>();
  for (const name of await readdir(folder)) {
    const id = segmentName.exec(name)?.[1];
    if (id !== undefined && id !== ownId) ids.add(id);
  }
  for (const id of [...ids].sort()) {
    const lockFile = path.join(folder, `${id}.lock`);
    const lock = takeSpoolLock(lockFile);
    if (!lock) continue;
    try {
      const taken = await takeIn(folder, id, store);
      await rm(lockFile, { force: true });
      lost += taken?.lost ?? 0;
      spools += taken ? 1 : 0;
    } finally {
      lock.release();
    }
  }
  return { spools, lost };
}

/** @returns `undefined` when another worker was faster. */
async function takeIn(
  folder: string,
  id: string,
  store: Pick<AttemptStore, 'insert'>,
): Promise<{ readonly lost: number } | undefined> {
  // Listed again, under the lock.
  const names = (await readdir(folder)).filter((name) => segmentName.exec(name)?.[1] === id).sort();
  if (names.length === 0) return undefined;
  const open = new Map<string, BegunAttempt>();
  for (const name of names) {
    const ended: string[] = [];
    for (const line of (await readFile(path.join(folder, name), 'utf8')).split('\n')) {
      const event = readSpoolLine(line);
      if (event?.kind === 'begun') open.set(event.attempt.attemptId, event.attempt);
      if (event?.kind === 'sent') {
        const attempt = open.get(event.attemptId);
        if (attempt) {
          open.set(event.attemptId, { ...attempt, sent: 'yes', sentAtMs: event.sentAtMs });
        }
      }
      if (event?.kind === 'ended') {
        open.delete(event.attempt.attemptId);
        ended.push(line.slice(1));
      }
    }
    await store.insert(ended);
  }
  await store.insert([...open.values()].map((attempt) => JSON.stringify(lostAttempt(attempt))));
  for (const name of names) await rm(path.join(folder, name), { force: true });
  return { lost: open.size };
}

/** A worker died while this went on. What it had sent may have been answered, and billed. */
function lostAttempt(attempt: BegunAttempt): RecordedAttempt {
  if (attempt.kind === 'effect') return { ...attempt, outcome: 'lost' };
  const billing = attempt.sent === 'no' ? 'not billed' : 'possibly billed';
  return { ...attempt, outcome: 'lost', billing };
}
