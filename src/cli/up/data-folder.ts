import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tryLock } from '../../servers/cache.ts';
import { usageError } from '../command-error.ts';

/** Of everything that `up` and `batch run` keep, in the folder where they were started. */
export const dataFolder = '.holdfast';

/** Temporal's profiles: an empty file, since the user's may hold keys of a real cluster. */
export const profilesFile = `${dataFolder}/temporal.toml`;
/** Where the server of this folder is. */
const addressFile = `${dataFolder}/temporal.address`;

/**
 * Makes the folder, which no repository is to hold.
 *
 * @throws CommandError `usage` where it cannot be made.
 */
export function makeDataFolder(): void {
  try {
    mkdirSync(dataFolder, { recursive: true });
    const ignore = path.join(dataFolder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    writeFileSync(profilesFile, '[profile.default]\n');
  } catch (error) {
    const reason = (error as Error).message;
    throw usageError(
      `it keeps its data in ${dataFolder} of this folder, and cannot: ${reason}; start it in a folder of yours`,
      { cause: error },
    );
  }
}

/** Takes the folder for one server; `undefined` where another process has it. */
export function lockDataFolder(): Disposable | undefined {
  return tryLock(path.resolve(dataFolder), 'up');
}

/** Says to other commands of this folder where its server is. @returns takes that back. */
export function tellAddress(address: string): () => void {
  writeFileSync(addressFile, address);
  return () => rmSync(addressFile, { force: true });
}

/** Where the server of this folder is, if one runs. */
export function toldAddress(): string | undefined {
  return existsSync(addressFile) ? readFileSync(addressFile, 'utf8') : undefined;
}
