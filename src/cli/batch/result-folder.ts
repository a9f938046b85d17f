import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { resultFiles } from '../../batch/output/write-results.ts';
import { CommandError, usageError } from '../command-error.ts';

/**
 * Makes the folder of a batch's results, before anything is sent for them.
 *
 * @param isKnown whether the ledger has read lines of that batch: what lies there is of it then.
 * @throws CommandError where it cannot be written, or holds results that the ledger knows nothing of.
 */
export function makeResultFolder(folder: string, isKnown: boolean): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const reason = (error as Error).message;
    throw usageError(`results cannot be written to ${folder}: ${reason}`, { cause: error });
  }
  const file = Object.values(resultFiles).find((name) => existsSync(path.join(folder, name)));
  if (isKnown || file === undefined) return;
  throw new CommandError(
    'otherInput',
    `${folder} holds ${file} of a batch that this ledger does not know, and all lines would be paid again. Run it from the folder where it began (its .holdfast/ is the ledger) or with its DATABASE_URL; or use another --out`,
  );
}

const unwritable = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EISDIR', 'EIO'];

/**
 * Says of results that could not be written that nothing of them is lost.
 *
 * @throws CommandError `usage`
 */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!unwritable.includes(code)) throw error;
    throw usageError(
      `results cannot be written to ${folder}: ${message}. All answers are kept; once there is room for them, the same command writes them and goes on`,
      { cause: error },
    );
  }
}
