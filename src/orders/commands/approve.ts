import { approve, workflowStatus } from '../../client.ts';
import { type JsonOption, print, printJson, usageError, withClient } from '../../command.ts';
import { formatMoney, type Money } from '../../wire/money.ts';
import { parseMoney } from '../money.ts';

/** Flags of `holdfast approve`. */
export interface ApproveFlags extends JsonOption {
  readonly fingerprint: string;
  readonly park?: string;
  readonly amount?: string;
  readonly currency?: string;
}

/** `holdfast approve <id> --fingerprint F` */
export async function approveCommand(id: string, flags: ApproveFlags): Promise<void> {
  const { fingerprint, park: parkId } = flags;
  const total = parseTotal(flags);
  await withClient(async ({ client }) => {
    const { progress } = await workflowStatus(client, id);
    // The order's own amount would be charged and the person's silently ignored.
    const parked = progress?.parked?.find(
      (each) => each.type === 'ApprovalRequired' && each.fingerprint === fingerprint,
    );
    if (total && parked?.type === 'ApprovalRequired' && !parked.amountNeeded) {
      throw usageError(
        `${id} has an amount of its own, which is what an approval approves; leave out --amount and --currency`,
      );
    }
    await approve(client, id, {
      fingerprint,
      ...(parkId !== undefined && { parkId }),
      ...(total && { answer: { ...total } }),
    });
    const approvedBy = client.options.identity;
    if (flags.json) printJson({ workflowId: id, fingerprint, approvedBy, ...(total && { total }) });
    else print(`${id} is approved by ${approvedBy}${total ? `: ${formatMoney(total)}` : ''}`);
  });
}

function parseTotal({ amount, currency }: ApproveFlags): Money | undefined {
  if (amount === undefined && currency === undefined) return undefined;
  if (amount === undefined || currency === undefined) {
    throw usageError(
      '--amount and --currency belong together, for example --amount 12.34 --currency eur',
    );
  }
  const { money, problem } = parseMoney(amount, currency);
  if (money) return money;
  throw usageError(`--amount ${amount} --currency ${currency}: ${problem}`);
}
