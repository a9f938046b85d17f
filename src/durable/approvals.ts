import { setHandler } from '@temporalio/workflow';
import { createFailure } from '../failures/create-failure.ts';
import type { Approval } from '../wire/park-answers.ts';
import { approveUpdate } from './messages.ts';
import type { Park } from './park.ts';

/** What a person is asked to approve. */
export interface ApprovalRequest {
  /** Names the wait, for people. Default: `approval`. */
  readonly step?: string;
  /** Of what is to be approved: `fingerprintOf` of all that a person has to see. */
  readonly fingerprint: string;
  /** What is approved, in one word: `order`. */
  readonly what?: string;
  /** Why a person must look, a clause each. */
  readonly reasons: readonly string[];
  /** Whether the approval must bring an amount, because there is none without doubt. */
  readonly amountNeeded?: boolean;
  /** 0, the default: waits for ever. */
  readonly deadlineMs?: number;
  /** What is wrong with an approval for this fingerprint; `undefined` when it counts. */
  readonly problemWith?: (approval: Approval) => string | undefined;
}

/**
 * Waits for a person to approve.
 *
 * @throws ApplicationFailure `ApprovalRequired` when the deadline comes first.
 */
export type AwaitApproval = (request: ApprovalRequest) => Promise<Approval>;

/** Those not used yet: a Reset applies all that was approved before the workflow waits again. */
const approvalsKept = 20;

/**
 * Listens for approvals from the start of the workflow. An approval counts only for the fingerprint
 * it names: a Reset applies old updates again, and one given for something else must not act.
 */
export function listenForApprovals(park: Park): AwaitApproval {
  const approvals: Approval[] = [];
  let waiting: ApprovalRequest | 'not yet' | 'no more' = 'not yet';
  let latest: Approval | undefined;

  /** Decides, once: of two who approve at the same moment the second is told what the first decided. */
  function decide(approval: Approval): void {
    const standing = approvals.find(({ fingerprint }) => fingerprint === approval.fingerprint);
    if (standing) throw refused(whatWasDecided(standing));
    approvals.push(approval);
  }

  setHandler(approveUpdate, decide, {
    validator: (approval) => {
      const {
        fingerprint,
        approvedBy,
        answer: _,
        ...others
      } = Object(approval) as Partial<Approval>;
      const isWhole = isText(fingerprint, 100) && isText(approvedBy, 300);
      if (!isWhole || Object.keys(others).length > 0) {
        throw refused('the approval is not one: it has fingerprint, approvedBy and perhaps answer');
      }
      if (approvals.length >= approvalsKept) {
        throw refused('too many approvals, none of them for what this workflow waits for');
      }
      // A Reset applies old approvals before the workflow waits again: kept, for its fingerprint.
      if (waiting === 'not yet') return;
      if (waiting === 'no more') {
        const isDecided = latest?.fingerprint === fingerprint;
        const words = 'this workflow does not wait for an approval';
        throw refused(isDecided && latest ? whatWasDecided(latest) : words);
      }
      const problem = problemOf(approval, waiting);
      if (problem !== undefined) throw refused(problem);
    },
  });

  return async function awaitApproval(request) {
    const { step = 'approval', fingerprint, reasons, amountNeeded = false } = request;
    const approved = await park<Approval>({
      step,
      deadlineMs: request.deadlineMs ?? 0,
      describe: (frame) => {
        waiting = request;
        return {
          ...frame,
          ...{ type: 'ApprovalRequired', step, reasons, fingerprint, amountNeeded },
        };
      },
      answer: () => {
        const answer = approvals.find((each) => problemOf(each, request) === undefined);
        return answer && { answer, did: 'approved', by: answer.approvedBy };
      },
      ended: () => {
        waiting = 'no more';
      },
    });
    if (!approved) throw createFailure('ApprovalRequired', 'no approval came in time');
    // Used up: the next wait, of the same fingerprint too, needs a person again.
    approvals.splice(approvals.indexOf(approved), 1);
    latest = approved;
    return approved;
  };
}

function whatWasDecided({ approvedBy, answer }: Approval): string {
  const what = answer === undefined ? '' : `, with ${JSON.stringify(answer)}`;
  return `it was approved already by ${approvedBy}${what}: that counts`;
}

function problemOf(approval: Approval, request: ApprovalRequest): string | undefined {
  if (approval.fingerprint !== request.fingerprint) {
    const what = request.what ?? 'one';
    return `the approval is for ${approval.fingerprint}, this ${what} is ${request.fingerprint}`;
  }
  return request.problemWith?.(approval);
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}

function refused(message: string) {
  return createFailure('InvalidRequest', message);
}
