import type { WorkflowStatus } from '../../client/status.ts';
import type { Usage } from '../../policies/call-costs.ts';
import type { Parked } from '../../wire/progress.ts';
import { printableLine } from '../printable.ts';
import { countdown, describeHeld, withLiveCountdown } from './countdown.ts';

/** A status in words that fit a table; all text is safe for a terminal. */
export type StatusWords = ReturnType<typeof describeStatus>;

/** Of Temporal's states those that say enough. */
const words = {
  COMPLETED: 'done',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
  PAUSED: 'paused',
  CONTINUED_AS_NEW: 'continued',
} as const;

/** A workflow's state in a word. */
export type StateWord =
  | (typeof words)[keyof typeof words]
  | ('running' | 'retrying' | 'held' | 'parked');

/**
 * Puts a status in words.
 *
 * @param now what countdowns are measured from.
 */
export function describeStatus(status: WorkflowStatus, now: Date) {
  const { progress, pending, workflowId } = status;
  const [current] = pending;
  const state = stateOf(status);
  const attempt = attemptOf(status);
  const nextMs = current?.nextAttemptAt?.getTime() ?? status.held?.[0]?.untilMs;
  const nextIn = nextMs === undefined ? '' : countdown(nextMs, now);
  const open = state === 'running' || state === 'retrying' || state === 'held';
  const step = open ? printableLine(progress?.step ?? current?.activity ?? '') : '';
  const effects = (progress?.effects ?? []).map(({ name, replayed }) => ({
    name: printableLine(name),
    mark: replayed ? '↺' : '✓',
  }));
  return {
    id: printableLine(workflowId),
    state,
    step,
    /** `3/8`, or `3` where nothing caps the attempts. */
    attempt,
    /** Countdown to the next attempt: `4.2 s`, `now`. */
    nextIn,
    /** `3/8, next in 4.2 s`, `3/8, due now`. */
    attemptAndNext: attempt + (current?.nextAttemptAt ? dueIn(nextIn) : ''),
    repairs: progress && progress.repairs > 0 ? String(progress.repairs) : '',
    tokens: progress ? tokensOf(progress.usage) : '',
    effects: effects.map(({ name }) => name).join(' '),
    /** The effects done and its step: `✓save charge`; `↺` marks one that had been done before. */
    progress: [...effects.map(({ name, mark }) => mark + name), step].join(' ').trim(),
    /** The last failure, what holds it, or what it waits for a person to do. */
    note: printableLine(noteOf(status, now)),
  };
}

/**
 * The state alone. A workflow whose activity or task failed and is tried again is `retrying`; one that
 * sends nothing now, since its calls are held, is `held`.
 */
export function stateOf({ status, waitsFor, stuck, held, pending }: WorkflowStatus): StateWord {
  if (status !== 'RUNNING')
    return status in words ? words[status as keyof typeof words] : 'running';
  if (waitsFor !== undefined) return 'parked';
  if (stuck !== undefined) return 'retrying';
  if (held && pending.every((each) => each.held || !each.running)) return 'held';
  return pending.some(({ lastFailure }) => lastFailure) ? 'retrying' : 'running';
}

/** Of what runs or waits; of a call that sleeps, the attempt that comes next. */
function attemptOf({ pending: [current], held, progress }: WorkflowStatus): string {
  const call = progress?.calls?.[held?.[0]?.step ?? ''];
  const next = call && { ...call, attempt: call.attemptsUsed + 1 };
  const { attempt, maximumAttempts } = current ?? next ?? {};
  if (attempt === undefined) return '';
  return maximumAttempts ? `${attempt}/${maximumAttempts}` : String(attempt);
}

function tokensOf({ inputTokens, outputTokens }: Usage): string {
  return inputTokens + outputTokens > 0 ? `${inputTokens}/${outputTokens}` : '';
}

function dueIn(nextIn: string): string {
  if (nextIn === '') return '';
  return nextIn === 'now' ? ', due now' : `, next in ${nextIn}`;
}

function noteOf(status: WorkflowStatus, now: Date): string {
  const { failure, stuck, notTakenUp, waitsFor, held, progress, pending } = status;
  if (failure) return failureLine(failure);
  if (stuck !== undefined) return stuck;
  if (waitsFor !== undefined) {
    return reasonsOf(progress?.parked) || waitsFor;
  }
  if (held?.[0]) {
    const more = held.length > 1 ? `; and ${held.length - 1} more` : '';
    return `${describeHeld(held[0], now)}${more}`;
  }
  const last = pending.find(({ lastFailure }) => lastFailure);
  if (!last?.lastFailure) return notTakenUp ?? '';
  return withLiveCountdown(failureLine(last.lastFailure), last.nextAttemptAt, now);
}

/** What a workflow waits for persons to do, and why: `ApprovalRequired: 1,500.00 EUR is above 500`. */
export function reasonsOf(parks: readonly Parked[] = []): string {
  return parks
    .map(({ type, reasons }) => [type, reasons.join('; ')].filter(Boolean).join(': '))
    .join('; ');
}

/** A failure in one line: our own messages name their type, others get it in front. */
export function failureLine({
  type,
  message,
}: {
  readonly type: string;
  readonly message: string;
}): string {
  return message.includes(type) ? message : `${type}: ${message}`;
}
