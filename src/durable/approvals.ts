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

interface Waiting {
  readonly parkId: string;
  readonly request: ApprovalRequest;
  approval?: Approval;
}

/**
 * Listens for approvals from the start of the workflow. An approval counts only for the fingerprint
 * it names: a Reset applies old updates again, and one given for something else must not act.
 */
export function listenForApprovals(park: Park): AwaitApproval {
  /** Given before the workflow waits for anything: by a Reset, for their fingerprints. */
  const early: Approval[] = [];
  const waiting = new Set<Waiting>();
  const decided = new Map<string, Approval>();
  let hasWaited = false;

  // Asked twice: of two who approve at the same moment both are valid until the first has decided.
  setHandler(approveUpdate, (approval) => decide(approval, reachedBy(approval)), {
    validator: (approval) => {
      const isWhole = isApproval(approval);
      if (!isWhole)
        throw refused(
          'the approval is not one: it has fingerprint and approvedBy, perhaps parkId and answer',
        );
      reachedBy(approval);
    },
  });

  function decide(approval: Approval, waits: Waiting | undefined): void {
    if (!waits) early.push(approval);
    else {
      waits.approval = approval;
      decided.set(approval.fingerprint, approval);
    }
  }

  /**
   * The one wait that an approval decides; `undefined` while the workflow has not waited yet.
   *
   * @throws InvalidRequest where there is none, or more than one.
   */
  function reachedBy(approval: Approval): Waiting | undefined {
    const { fingerprint, parkId } = approval;
    if (!hasWaited && parkId === undefined) {
      const standing = early.find((each) => each.fingerprint === fingerprint);
      if (standing) throw refused(whatWasDecided(standing));
      if (early.length < approvalsKept) return undefined;
      throw refused('too many approvals, none of them for what this workflow waits for');
    }
    const standing = decided.get(fingerprint);
    const open = [...waiting].filter((each) => !each.approval);
    const same = open.filter(({ request }) => request.fingerprint === fingerprint);
    const [waits, another] =
      parkId === undefined ? same : open.filter((each) => each.parkId === parkId);
    const ids = (list: readonly Waiting[]) => list.map((each) => each.parkId).join(', ');
    if (standing && (parkId === undefined || !waits)) {
      const more = same.length > 0 ? `; for ${ids(same)}, name the park` : '';
      throw refused(`${whatWasDecided(standing)}${more}`);
    }
    if (another) throw refused(`${same.length} wait for this approval, name one: ${ids(same)}`);
    if (waits) {
      const problem = problemOf(approval, waits.request);
      if (problem === undefined) return waits;
      throw refused(problem);
    }
    if (open.length === 0) throw refused('this workflow does not wait for an approval');
    if (parkId !== undefined)
      throw refused(`the approval is for ${parkId}, this waits as ${ids(open)}`);
    const those = open.map(
      ({ request }) => `this ${request.what ?? 'one'} is ${request.fingerprint}`,
    );
    throw refused(`the approval is for ${fingerprint}, ${those.join(', ')}`);
  }

  return async function awaitApproval(request) {
    const { step = 'approval', fingerprint, reasons, amountNeeded = false } = request;
    let waits: Waiting | undefined;
    try {
      const approved = await park<Approval>({
        step,
        deadlineMs: request.deadlineMs ?? 0,
        describe: (frame) => {
          const again = decided.has(fingerprint);
          waits = { parkId: frame.parkId, request };
          waiting.add(waits);
          hasWaited = true;
          // Used up: the next wait, of the same fingerprint too, needs a person again.
          const first = early.findIndex((each) => problemOf(each, request) === undefined);
          const [approval] = first < 0 ? [] : early.splice(first, 1);
          if (approval) decide(approval, waits);
          return {
            ...frame,
            ...{ type: 'ApprovalRequired', step, reasons, fingerprint, amountNeeded },
            ...(again && { again }),
          };
        },
        answer: () => {
          const answer = waits?.approval;
          return answer && { answer, did: 'approved', by: answer.approvedBy };
        },
      });
      if (!approved) throw createFailure('ApprovalRequired', 'no approval came in time');
      return approved;
    } finally {
      if (waits) waiting.delete(waits);
    }
  };
}

function isApproval(approval: unknown): boolean {
  const {
    fingerprint,
    approvedBy,
    parkId = 'none',
    answer: _,
    ...others
  } = Object(approval) as Partial<Approval>;
  const isWhole = isText(fingerprint, 100) && isText(approvedBy, 300) && isText(parkId, 300);
  return isWhole && Object.keys(others).length === 0;
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
