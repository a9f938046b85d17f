import { connectionSettings } from '../../client/connect.ts';
import { processEnvironment } from '../../config.ts';
import { toldAddress } from '../up/data-folder.ts';

/** Whether the user has said where their server is, by variable or profile. */
export function isServerNamed(): boolean {
  processEnvironment();
  return connectionSettings().isNamed;
}

/** Where the user named no server, the one of this folder is asked, if it runs. */
export function useServerOfFolder(): void {
  const address = isServerNamed() ? undefined : toldAddress();
  if (address !== undefined) processEnvironment().TEMPORAL_ADDRESS = address;
}
