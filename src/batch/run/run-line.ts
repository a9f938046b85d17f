import { setTimeout as sleep } from 'node:timers/promises';
import { type KnownProvider, readIncoming } from '../../calls/forward/read-incoming.ts';
import type { AttemptOutcome, RunAttempt } from '../../calls/forward/run-attempt.ts';
import { describeAttemptError } from '../../failures/attempt-error.ts';
import type { FailureType } from '../../failures/failure-types.ts';
import { type KeyBudget, nanoOfDecimal, windowLeftMs } from '../../gateway/keys/key-limits.ts';
import { backoffMs } from '../../policies/backoff.ts';
import { costOf } from '../../policies/budget-price.ts';
import type { Price } from '../../policies/budget-schema.ts';
import type { Usage } from '../../policies/call-costs.ts';
import { isOutageType, isSurelyNotBilled } from '../../policies/outage.ts';
import type { RangeInput } from '../../wire/batch.ts';
import { mostForwarded } from '../../wire/estimate-tokens.ts';
import type { JsonObject } from '../../wire/json.ts';
import { incomingOf } from '../input/read-requests.ts';
import type { OpenLine } from '../store/batch-store.ts';
import type { GroupCommits } from '../store/group-commits.ts';
import type { Turn, Turns } from './batch-turns.ts';
import { lineShape } from './line-shape.ts';

/** What a line is run with. */
export interface RunLineDependencies {
  readonly runAttempt: RunAttempt;
  readonly providers: readonly KnownProvider[];
}

/** What the lines of a range have in common. */
export interface LineContext {
  readonly range: RangeInput;
  /** That answers must keep to. */
  readonly schema: JsonObject | undefined;
  readonly commits: GroupCommits;
  /** Names who runs them. */
  readonly owner: string;
  /** No further request is to be made: those under way end. */
  readonly stopping: AbortSignal;
  /** Ends the requests themselves: the worker ends. */
  readonly signal: AbortSignal;
  readonly turns: Turns;
  /** That of the key that they are charged to. */
  readonly budget: KeyBudget | undefined;
}

/** How the run of a line ended. */
export type LineRun =
  /** Its end is recorded. */
  | { readonly kind: 'ended' }
  /** Nobody is to send it now, or another one does. */
  | { readonly kind: 'left' }
  /** It is to be sent later. */
  | {
      readonly kind: 'later';
      readonly delayMs: number;
      readonly model: string;
      /** What is under way was taken for what it costs at most: its end may make room. */
      readonly isOverBudget?: boolean;
      readonly reason?: string;
    }
  /** A person cures it. */
  | {
      readonly kind: 'stopped';
      readonly type: FailureType;
      readonly message: string;
      readonly model: string;
      /** What is under way was taken for what it costs at most: its end may make room. */
      readonly isOverBudget?: boolean;
    };

/** A person cures these, at the account: no line is to blame. */
const stopsBatch: readonly FailureType[] = [
  'InvalidCredentials',
  'PermissionDenied',
  'QuotaExhausted',
];
/** What waits for longer leaves its place: a provider that limits sends nobody away for so long. */
const longestWaitMs = 45_000;
/** A line that waits at the gate costs nothing: while a provider is down, the gate sends it away. */
const longestHoldMs = 3_600_000;

class NotSent extends Error {
  override readonly name = 'NotSent';
  readonly run: LineRun;
  constructor(run: LineRun) {
    super();
    this.run = run;
  }
}

type Failed = Extract<AttemptOutcome, { kind: 'failed' }>;

/**
 * Runs one line until it has an end: each attempt is committed before it is sent, and the line keeps
 * its place until its answer is committed.
 */
export function createRunLine({ runAttempt, providers }: RunLineDependencies) {
  return async function runLine(line: OpenLine, context: LineContext): Promise<LineRun> {
    const { range, schema, commits, owner, signal, stopping, budget } = context;
    const { request, body: own } = readIncoming(incomingOf(line.url, line.body), providers);
    const { model } = request;
    const shape = schema && lineShape(schema, own, range.policy, line.repairs);
    const repaired = line.repairs > 0 && line.answer ? await shape?.again(line.answer) : undefined;
    let body = repaired ?? own;
    let { repairs } = line;
    const price = range.policy.prices[model];
    const most = mostForwarded(body.byteLength, request.maximumOutputTokens);
    const reservedNano = costNanoOf(most, price);
    /** What is not known to be paid, nor to be free, stays reserved. */
    const paid = (usage: Usage | undefined, isPossiblyBilled: boolean) => ({
      isPossiblyBilled,
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      costNano: costNanoOf(usage, price),
      releasedNano: isPossiblyBilled && !usage ? 0 : reservedNano,
    });
    const never = budget && whyNever(budget, price, reservedNano);
    if (never) {
      const nothing = { status: null, requestId: null, answer: null };
      const why = {
        state: 'failed' as const,
        errorCode: 'insufficient_quota',
        errorMessage: never,
      };
      const unpaid = { ...paid(undefined, false), releasedNano: 0 };
      await commits.ended({ ...nothing, ...why, ...unpaid, seq: line.seq });
      return { kind: 'ended' };
    }
    let isAfterLost = line.state === 'sent';
    let { attempts, free_attempts: free } = line;
    let freeInARow = 0;

    const beforeSend = async (turn: Turn) => {
      await turn.leaves();
      if (stopping.aborted) throw new NotSent({ kind: 'left' });
      const intent = { seq: line.seq, owner, isAfterLost, reservedNano };
      const came = await commits.sending(intent);
      if (came === "over the key's budget" && budget) throw new NotSent(laterFor(budget, model));
      if (came === 'over budget') throw new NotSent({ ...overBudget, model });
      if (came === 'taken') throw new NotSent({ kind: 'left' });
      isAfterLost = false;
      attempts += 1;
    };
    for (;;) {
      using turn = await context.turns.next(stopping);
      if (stopping.aborted) return { kind: 'left' };
      const outcome = await runAttempt({
        ...{ workflowId: range.id, step: stepOf(line.seq, repairs), tenant: range.tenant },
        isLow: range.isLow ?? false,
        ...{ request, body, policy: range.policy, attempt: attempts - free + 1 },
        ...{ longestHoldMs, signal, waitSignal: stopping },
        beforeSend: () => beforeSend(turn),
      }).catch((error: unknown) => {
        if (error instanceof NotSent) return error;
        // It waited at the gate.
        if (error === stopping.reason) return new NotSent({ kind: 'left' });
        throw error;
      });
      if (outcome instanceof NotSent) return outcome.run;
      if (outcome.kind === 'answer') {
        const { answer } = outcome;
        const cost = paid(answer.usage, false);
        const turn = await shape?.judge(answer.body);
        if (turn?.kind === 'repair') {
          // Recorded before the next one is paid.
          const isFree = true;
          await commits.failed({ seq: line.seq, owner, isFree, ...cost, toRepair: answer.body });
          ({ body } = turn);
          repairs += 1;
          // A repair is a call of its own, with attempts of its own.
          free = attempts;
          continue;
        }
        const kept = turn?.kind === 'valid' ? { ...answer, body: turn.answer } : answer;
        const failure = turn?.kind === 'failed' && {
          ...{ state: 'failed' as const, errorCode: turn.type, errorMessage: turn.message },
        };
        await commits.ended({ ...answered(kept), ...failure, ...cost, seq: line.seq, owner });
        return { kind: 'ended' };
      }
      if (outcome.kind === 'failed') {
        const { fields, isPossiblyBilled } = outcome;
        const message = describeAttemptError(fields);
        const isFree = isOutageType(fields.type) && isSurelyNotBilled(fields);
        const isStop = stopsBatch.includes(fields.type);
        if (!isStop && !isFree && outcome.retryInMs === undefined) {
          const end = { ...failedFor(outcome, message), seq: line.seq, owner };
          await commits.ended({ ...end, ...paid(fields.usage, isPossiblyBilled) });
          return { kind: 'ended' };
        }
        const failed = { seq: line.seq, owner, isFree: isFree || isStop, toRepair: null };
        await commits.failed({ ...failed, ...paid(fields.usage, isPossiblyBilled) });
        if (isStop) return { kind: 'stopped', type: fields.type, message, model };
        free += isFree ? 1 : 0;
        freeInARow = isFree ? freeInARow + 1 : 0;
      }
      const delayMs = waitOf(outcome, freeInARow, range.policy);
      if (delayMs > longestWaitMs) return { kind: 'later', delayMs, model };
      // Who sleeps is not at the gate: lines of other models may be.
      turn[Symbol.dispose]();
      await sleep(delayMs, undefined, { signal: stopping }).catch(() => {});
    }
  };
}

function stepOf(seq: number, repairs: number): string {
  return repairs === 0 ? `line-${seq}` : `line-${seq}.repair-${repairs}`;
}

/** What uses no attempt waits longer each time; the rest as the policy says. */
function waitOf(
  outcome: Exclude<AttemptOutcome, { kind: 'answer' }>,
  freeInARow: number,
  policy: RangeInput['policy'],
): number {
  if (outcome.kind === 'held') return outcome.delayMs;
  const ownMs = outcome.retryInMs ?? outcome.fields.retryAfterMs ?? 0;
  return freeInARow > 0 ? Math.max(ownMs, backoffMs(policy, freeInARow - 1)) : ownMs;
}

type Answer = Extract<AttemptOutcome, { kind: 'answer' }>['answer'];

function answered({ status, body, providerRequestId }: Answer) {
  return {
    state: 'answered' as const,
    ...{ status, answer: body, requestId: providerRequestId ?? null },
    ...{ errorCode: null, errorMessage: null },
  };
}

function failedFor({ fields, answer }: Failed, message: string) {
  const { type, status, providerRequestId } = fields;
  return {
    state: 'failed' as const,
    status: answer?.head.status ?? status ?? null,
    ...{ requestId: providerRequestId ?? null, answer: answer?.body ?? null },
    ...{ errorCode: type, errorMessage: message },
  };
}

/** A budget that has no room left. */
export const overBudget = {
  kind: 'stopped',
  isOverBudget: true,
  type: 'QuotaExhausted',
  message: 'with another line the batch could cost more than it may (--max-cost)',
} as const;

/** Other calls of the key may give room back before its window is over. */
const longestBudgetWaitMs = 15 * 60_000;

function laterFor({ amount, currency, per }: KeyBudget, model: string): LineRun {
  const delayMs = Math.min(longestBudgetWaitMs, windowLeftMs(per, Date.now()) + 1000);
  const reason = `waits: the key's budget of ${amount} ${currency} a ${per} is used up`;
  return { kind: 'later', isOverBudget: true, delayMs, model, reason };
}

/** Why the budget can pay for no such line, however long it waits. */
function whyNever({ amount, currency }: KeyBudget, price: Price | undefined, mostNano: number) {
  if (price?.currency !== currency) {
    return `the model has no price in ${currency}, which the key's budget needs`;
  }
  if (mostNano <= nanoOfDecimal(amount)) return undefined;
  return `it may cost more than the key's whole budget of ${amount} ${currency}`;
}

/** Rounded up, in 10^-9 of the unit. */
export function costNanoOf(usage: Usage | undefined, price: Price | undefined): number {
  return usage && price ? Number((costOf(usage, price) + 999n) / 1000n) : 0;
}
