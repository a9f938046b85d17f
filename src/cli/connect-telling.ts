import path from 'node:path';
import { type Connected, connect, connectionSettings } from '../client/connect.ts';
import { processEnvironment } from '../config.ts';
import { probePort } from '../servers/wait-until.ts';
import { type JsonOption, notice } from './output.ts';
import { profilesFile, toldAddress } from './up/data-folder.ts';

/** Connects to the server that is named, or to that of this folder; who waits for it is told so. */
export async function connectTelling(flags: JsonOption): Promise<Connected> {
  await useServerOfFolder();
  return connect({ onWait: (sentence) => notice(sentence, flags) });
}

/** Whether the user has said where their server is, by variable or profile. */
export function isServerNamed(): boolean {
  processEnvironment();
  return connectionSettings().isNamed;
}

/**
 * Where the user named no server, the one of this folder is asked: that of `up`, or of a batch.
 *
 * @returns whether there is one, named or of this folder.
 */
export async function useServerOfFolder(): Promise<boolean> {
  if (isServerNamed()) return true;
  const address = toldAddress();
  // One that was killed could not take back what it had told.
  if (address === undefined || !(await listens(address))) return false;
  Object.assign(processEnvironment(), {
    TEMPORAL_ADDRESS: address,
    // The user's profile may hold a key of a real cluster.
    TEMPORAL_CONFIG_FILE: path.resolve(profilesFile),
  });
  return true;
}

function listens(address: string): Promise<boolean> {
  return probePort(Number(address.split(':').at(-1))).then(
    () => true,
    () => false,
  );
}
