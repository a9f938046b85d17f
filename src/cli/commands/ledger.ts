import { adoptLedger, ledgerOf, type ScopeLedger } from '../../client/ledger.ts';
import { scopesFor } from '../../config/scope.ts';
import { type JsonOption, print, printJson } from '../output.ts';
import { printableLine } from '../printable.ts';
import { type CommandContext, withClient } from '../with-client.ts';

/** Flags of `holdfast ledger`. */
export interface LedgerFlags extends JsonOption {
  readonly scope?: string;
}

/** `holdfast ledger`: where the effects of the scope are. */
export async function ledgerCommand(flags: LedgerFlags): Promise<void> {
  await withClient(async (context) => {
    const kept = await ledgerOf(context.client, scopeOf(context, flags));
    if (flags.json) return printJson(kept);
    print(
      `the effects of ${kept.scope} are in ${inWords(kept)}, since ${kept.since.toISOString()}`,
    );
  });
}

/** `holdfast ledger adopt`: the next worker that starts brings another ledger. */
export async function adoptCommand(flags: LedgerFlags): Promise<void> {
  await withClient(async (context) => {
    const kept = await adoptLedger(context.client, scopeOf(context, flags));
    if (flags.json) return printJson({ givenUp: kept });
    print(
      `${kept.scope} has given up ${inWords(kept)}; the next worker that starts says which ledger it is from now on\nIf that one does not know all that was done, do this before it serves: holdfast effects restored --backup-time <the last moment that it knows>`,
    );
  });
}

function scopeOf({ config, namespace }: CommandContext, { scope }: LedgerFlags): string {
  return scope ?? scopesFor(config, namespace).scope;
}

function inWords({ name, id }: ScopeLedger): string {
  return `the ledger ${printableLine(name)} (${printableLine(id)})`;
}
