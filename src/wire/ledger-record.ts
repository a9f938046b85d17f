/** Which ledger a scope's effects are in, as Temporal keeps it where all workers see it. */
export interface LedgerRecord {
  readonly id: string;
  /** For people: the file, or the URL without its password. */
  readonly name: string;
}

/** The workflow that keeps it and never ends: nobody polls its queue. No user's id holds a slash. */
export const ledgerRecord = { workflowType: 'holdfastLedger', taskQueue: 'holdfast-ledgers' };

/** The id of the workflow that keeps it. */
export function ledgerRecordId(scope: string): string {
  return `holdfast-ledger/${scope}`;
}

/** What its memo says. */
export function recordFromMemo(memo: unknown): LedgerRecord | undefined {
  const { ledgerId: id, ledgerName: name } = Object(memo) as Record<string, unknown>;
  return typeof id === 'string' && typeof name === 'string' ? { id, name } : undefined;
}

/** The memo that says it. */
export function memoOf({ id, name }: LedgerRecord): Record<string, unknown> {
  return { ledgerId: id, ledgerName: name };
}
