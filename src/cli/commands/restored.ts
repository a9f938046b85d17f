import { ledgerRestored } from '../../client/effects.ts';
import { usageError } from '../command-error.ts';
import { formatCount } from '../format.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { parseTime } from '../parse-time.ts';
import { withClient } from '../with-client.ts';

/** `holdfast effects restored --backup-time 2026-11-25T02:00:00Z`: the ledger is from a backup. */
export async function restoredCommand(
  flags: JsonOption & { readonly backupTime: string },
): Promise<void> {
  const backupAtMs = parseTime(flags.backupTime);
  if (backupAtMs > Date.now()) throw usageError('the time of the backup is in the future');
  await withClient(async ({ client, place }) => {
    const restored = await ledgerRestored(client, backupAtMs, place);
    if (flags.json) return printJson(restored);
    const { backupTime, workflows, released } = restored;
    print(
      `${formatCount(workflows)} workflows were not closed by ${backupTime}: an effect of theirs that the ledger does not know is in doubt from now on; ${formatCount(released)} rows that had been given back are too\nSQLite: ledger.db with its -wal and -shm, or neither of them: those of before belong to another ledger`,
    );
  });
}
