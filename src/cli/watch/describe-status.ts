import type { WorkflowStatus } from '../../client/status.ts';
import type { Usage } from '../../policies/call-costs.ts';
import { formatDuration } from '../format.ts';
import { printableLine } from '../printable.ts';

/** A workflow's state in a word. */
export type StateWord =
  | 'running'
  | 'retrying'
  | 'parked'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'terminated'
  | 'timed out'
  | 'paused'
  | 'continued';

/** A status in words that fit a table; all text is safe for a terminal. */
export type StatusWords = ReturnType<typeof describeStatus>;

const words: Readonly<Record<string, StateWord>> = {
  COMPLETED: 'done',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed out',
  PAUSED: 'paused',
  CONTINUED_AS_NEW: 'continued',
};

/**
 * Puts a status in words.
 *
 * @param now what countdowns are measured from.
 */
export function describeStatus(status: WorkflowStatus, now: Date) {
  const { progress, pending, workflowId } = status;
  const [current] = pending;
  const state = stateOf(status);
  const attempt = current ? attemptOf(current) : '';
  const nextIn = current?.nextAttemptAt ? countdown(current.nextAttemptAt, now) : '';
  const open = state === 'running' || state === 'retrying';
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
    attemptAndNext: attempt + dueIn(current?.nextAttemptAt, now),
    repairs: progress && progress.repairs > 0 ? String(progress.repairs) : '',
    tokens: progress ? tokensOf(progress.usage) : '',
    effects: effects.map(({ name }) => name).join(' '),
    /** The effects done and its step: `✓save charge`; `↺` marks one that had been done before. */
    progress: [...effects.map(({ name, mark }) => mark + name), step].join(' ').trim(),
    /** The last failure, or what it waits for a person to do. */
    note: printableLine(noteOf(status)),
  };
}

/** The state alone. A workflow whose activity or task failed and is tried again is `retrying`. */
export function stateOf({ status, waitsFor, stuck, pending }: WorkflowStatus): StateWord {
  if (status !== 'RUNNING') return words[status] ?? 'running';
  if (waitsFor !== undefined) return 'parked';
  if (stuck !== undefined) return 'retrying';
  return pending.some(({ lastFailure }) => lastFailure) ? 'retrying' : 'running';
}

function attemptOf({ attempt, maximumAttempts }: WorkflowStatus['pending'][number]): string {
  return maximumAttempts > 0 ? `${attempt}/${maximumAttempts}` : String(attempt);
}

function tokensOf({ inputTokens, outputTokens }: Usage): string {
  return inputTokens + outputTokens > 0 ? `${inputTokens}/${outputTokens}` : '';
}

function dueIn(at: Date | undefined, now: Date): string {
  if (!at) return '';
  return at <= now ? ', due now' : `, next in ${countdown(at, now)}`;
}

function countdown(at: Date, now: Date): string {
  const leftMs = at.getTime() - now.getTime();
  if (leftMs <= 0) return 'now';
  // One decimal, zero included: a countdown whose width jumps is hard to read.
  return leftMs < 60_000 ? `${(leftMs / 1000).toFixed(1)} s` : formatDuration(leftMs);
}

function noteOf({ failure, stuck, waitsFor, progress, pending }: WorkflowStatus): string {
  if (failure) return failureLine(failure);
  if (stuck !== undefined) return stuck;
  if (waitsFor !== undefined) {
    const reasons = progress?.parked?.reasons.join('; ');
    return reasons ? `${waitsFor}: ${reasons}` : waitsFor;
  }
  const last = pending.find(({ lastFailure }) => lastFailure)?.lastFailure;
  return last ? failureLine(last) : '';
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
