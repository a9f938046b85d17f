import { ledgerRestored, pruneEffects, reconcileEffects } from '../../client/effects.ts';
import type { Reconciliation } from '../../wire/ledger-operations.ts';
import { usageError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatCount } from '../format.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { parseAge, parseTime } from '../parse-time.ts';
import { printableLine } from '../printable.ts';
import { withClient } from '../with-client.ts';

/** `holdfast effects reconcile`: the ledger against the targets' own lists. */
export async function reconcileCommand(
  flags: JsonOption & { readonly since: string },
): Promise<void> {
  const sinceMs = parseAge(flags.since);
  await withClient(async ({ client, place }) => {
    const found = await reconcileEffects(client, sinceMs, place);
    if (flags.json) printJson(found);
    else print(renderReconciliation(found));
    const isClean = found.differences.length === 0 && Object.keys(found.notAsked).length === 0;
    // Nothing compared is no all-clear.
    if (!isClean || Object.keys(found.compared).length === 0)
      process.exitCode = exitCodes.failed.code;
  });
}

/** What was compared, and every difference in a sentence. */
export function renderReconciliation(found: Reconciliation): string {
  const { compared, notAsked, differences, notNamed = 0 } = found;
  if (Object.keys({ ...compared, ...notAsked }).length === 0) {
    return 'Nothing was compared: no effect of this worker has a target that lists what it holds, or none is configured (Stripe: STRIPE_SECRET_KEY, GitHub: GITHUB_TOKEN).';
  }
  return [
    ...Object.entries(compared).map(
      ([effect, { rows, items }]) =>
        `${effect}: ${formatCount(rows)} in the ledger, ${formatCount(items)} at the target`,
    ),
    ...Object.entries(notAsked).map(
      ([effect, why]) => `${effect}: not asked, ${printableLine(why)}`,
    ),
    differences.length === 0
      ? 'No difference.'
      : `${formatCount(differences.length + notNamed)} differ:`,
    ...differences.map(
      ({ kind, key, what }) => `  ${kind}: ${printableLine(`${key ? `${key}: ` : ''}${what}`)}`,
    ),
    ...(notNamed > 0 ? [`  and ${formatCount(notNamed)} more`] : []),
  ].join('\n');
}

/** `holdfast effects prune --older-than 400d` */
export async function pruneCommand({
  olderThan,
  dryRun = false,
  ...flags
}: JsonOption & { readonly olderThan: string; readonly dryRun?: boolean }) {
  const request = { olderThanMs: parseAge(olderThan), dryRun };
  await withClient(async ({ client, place }) => {
    const pruned = await pruneEffects(client, request, place);
    if (flags.json) return printJson(pruned);
    const { removed, keptForWorkflow, attempts, doubts } = pruned;
    print(
      `${formatCount(removed)} ${dryRun ? 'would be removed' : 'removed'}; ${formatCount(keptForWorkflow)} kept because Temporal still has their workflow; ${attempts} attempts and ${doubts} doubts of restores`,
    );
  });
}

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
