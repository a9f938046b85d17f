import { connectionSettings } from '../../client/connect.ts';
import { processEnvironment } from '../../config.ts';
import { CommandError } from '../command-error.ts';
import { toldAddress } from '../up/data-folder.ts';

/** Whether the user has said where their server is, by variable or profile. */
export function isServerNamed(): boolean {
  processEnvironment();
  return connectionSettings().isNamed;
}

/**
 * Where the user named no server, the one of this folder is asked.
 *
 * @throws CommandError `unreachable` when it does not run.
 */
export function useServerOfFolder(): void {
  if (isServerNamed()) return;
  const address = toldAddress();
  if (address === undefined) {
    throw new CommandError(
      'unreachable',
      'no server of this folder runs, so no batch of it does either; `holdfast batch run` goes on with one',
    );
  }
  processEnvironment().TEMPORAL_ADDRESS = address;
}
