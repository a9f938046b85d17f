import { setHandler } from '@temporalio/workflow';
import type { ProgressTracker } from '../durable/track-progress.ts';
import { createFailure } from '../failures/create-failure.ts';
import type { RetryPolicy } from '../policies/retry-policy.ts';
import type { Money } from '../wire/money.ts';
import { type Approval, approvalSchema, approveUpdate } from './approval.ts';
import { formatMoney } from './money.ts';
import type { SavedOrder } from './order.ts';

/** Waits for a person where an order needs one, and says what may be charged. */
export type AwaitApproval = (order: SavedOrder) => Promise<Money>;

/** A Reset applies all that was approved before; an order needs no more than a few. */
const approvalsKept = 20;

/**
 * Listens for approvals from the start of the workflow. An approval counts only for the fingerprint
 * it names: a Reset applies old updates again, and one given for another order must not act.
 */
export function listenForApproval(
  progress: ProgressTracker,
  { parkDeadlineMs: deadlineMs }: Pick<RetryPolicy, 'parkDeadlineMs'>,
): AwaitApproval {
  const approvals: Approval[] = [];
  let waitingFor: SavedOrder | 'nothing yet' | 'nothing any more' = 'nothing yet';

  setHandler(approveUpdate, (approval) => void approvals.push(approval), {
    validator: (approval) => {
      const parsed = approvalSchema.safeParse(approval);
      if (!parsed.success) {
        const paths = parsed.error.issues.map((issue) => issue.path.join('.') || 'approval');
        throw createFailure('InvalidRequest', `the approval is not one: ${paths.join(', ')}`);
      }
      if (approvals.length >= approvalsKept) {
        throw createFailure('InvalidRequest', 'too many approvals, none of them for this order');
      }
      // A Reset applies old approvals before the order is saved again: kept, for its fingerprint.
      if (waitingFor === 'nothing yet') return;
      if (waitingFor === 'nothing any more') {
        throw createFailure('InvalidRequest', 'this order does not wait for an approval');
      }
      const problem = problemWith(approval, waitingFor);
      if (problem) throw createFailure('InvalidRequest', problem);
    },
  });

  return async function awaitApproval(order) {
    const { fingerprint, total, reviewReasons } = order;
    if (reviewReasons.length === 0 && total) {
      waitingFor = 'nothing any more';
      return total;
    }
    waitingFor = order;
    const approved = await progress.park<Money>({
      step: 'approval',
      deadlineMs,
      describe: (frame) => ({
        ...frame,
        type: 'ApprovalRequired',
        step: 'approval',
        reasons: reviewReasons,
        fingerprint,
        amountNeeded: total === undefined,
      }),
      answer: () => {
        const approval = approvals.find((each) => problemWith(each, order) === undefined);
        const answer = total ?? approval?.total;
        return approval && answer && { answer, did: 'approved', by: approval.approvedBy };
      },
    });
    waitingFor = 'nothing any more';
    if (!approved) throw createFailure('ApprovalRequired', 'no approval came in time');
    return approved;
  };
}

function problemWith(approval: Approval, order: SavedOrder): string | undefined {
  if (approval.fingerprint !== order.fingerprint) {
    return `the approval is for ${approval.fingerprint}, this order is ${order.fingerprint}`;
  }
  const { total } = order;
  if (total === undefined) {
    return approval.total === undefined
      ? "the order's amount is ambiguous: the approval must name the amount and currency"
      : undefined;
  }
  // What a person believes to approve is what is charged, or nothing is.
  const named = approval.total ?? total;
  return named.amountMinor === total.amountMinor && named.currency === total.currency
    ? undefined
    : `the approval names ${formatMoney(named)}, the order is over ${formatMoney(total)}`;
}
