import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// Not one of Holdfast's own variables: a command would warn about it.
const MARK = 'TEST_RUN_OF_HOLDFAST';
const GRACE_MS = 2_000;
const POLL_MS = 100;

/** A process that outlived what started it. */
export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/**
 * Marks every process started from now on, by its environment: unlike a parent's id, that stays
 * when the parent dies. Returns what finds the marked ones that are still there, after a moment
 * for those about to end. Undefined where there is no /proc to read (only Linux has it).
 */
export function watchForLeftovers(): () => Promise<readonly Leftover[] | undefined> {
  const mark = `${MARK}=${randomUUID()}`;
  process.env[MARK] = mark.slice(MARK.length + 1);
  return async () => {
    const deadlineMs = Date.now() + GRACE_MS;
    for (;;) {
      const found = findMarked(mark);
      if (found === undefined || found.length === 0 || Date.now() > deadlineMs) return found;
      await sleep(POLL_MS);
    }
  };
}

function findMarked(mark: string): readonly Leftover[] | undefined {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  return names
    .filter((name) => readProcess(name, 'environ').includes(mark))
    .map((name) => ({ pid: Number(name), command: readProcess(name, 'cmdline').join(' ').trim() }));
}

/** The fields of a process's file; none when it has just ended or belongs to another user. */
function readProcess(pid: string, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
