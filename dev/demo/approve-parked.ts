import type { Client } from '@temporalio/client';
import pc from 'picocolors';
import { approve } from '../../src/client/approve.ts';
import type { WorkflowStatus } from '../../src/client/status.ts';
import { formatMoney } from '../../src/wire/money.ts';
import type { Parked } from '../../src/wire/progress.ts';
import { amountOfOrder1009 } from './ground-truth.ts';

/**
 * Acts as the person the orders wait for: says why each waits, the command that a person would
 * type, and does what the command does.
 *
 * @param parked statuses of the orders that wait.
 */
export async function approveParked(
  client: Client,
  parked: readonly WorkflowStatus[],
  say: (line: string) => void,
): Promise<void> {
  for (const { workflowId, progress } of parked) {
    const waiting = progress?.parked?.[0];
    if (waiting?.type !== 'ApprovalRequired')
      throw new Error(`${workflowId} waits for a person and does not say why`);
    const total = waiting.amountNeeded ? amountOfOrder1009 : undefined;
    say(`${pc.bold(workflowId)} waits: ${waiting.reasons.join('; ')}`);
    say(pc.dim(`  ${approveCommand(workflowId, waiting)}`));
    await approve(client, workflowId, {
      fingerprint: waiting.fingerprint,
      ...(total && { answer: { ...total } }),
    });
  }
}

/** The command line that approves a waiting order. */
function approveCommand(
  id: string,
  { fingerprint, amountNeeded }: Extract<Parked, { type: 'ApprovalRequired' }>,
): string {
  const [amount, currency = ''] = formatMoney(amountOfOrder1009).split(' ');
  const given = amountNeeded ? ` --amount ${amount} --currency ${currency.toLowerCase()}` : '';
  return `holdfast approve ${id} --fingerprint ${fingerprint}${given}`;
}
