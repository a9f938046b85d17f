import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isBusy } from '../database/classify-database.ts';
import { type LocalFile, openLocalFile, workerOf } from './attempts-file.ts';
import { type Forwarded, type ForwardOptions, forward } from './forward.ts';

/** What {@link createTakeIn} needs. */
export interface TakeInOptions extends ForwardOptions {
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
