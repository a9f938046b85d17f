import type { WorkflowStatus } from '../../client/status.ts';
import { describeStatus } from './describe-status.ts';

/**
 * A status as one line, for where there is no terminal to redraw.
 *
 * @param now when it was seen; the line begins with it, in UTC.
 */
export function statusLine(status: WorkflowStatus, now: Date): string {
  const { id, state, step, attemptAndNext, effects, note } = describeStatus(status, now);
  const parts = [
    step,
    attemptAndNext && `attempt ${attemptAndNext}`,
    effects && `done: ${effects}`,
    note,
  ].filter((part) => part !== '');
  const time = now.toISOString().slice(11, 19);
  return `${time} ${id} ${state}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/**
 * A status as the one line of a terminal that is drawn anew: what is waited for comes first, since what
 * does not fit is cut off.
 */
export function liveLine(status: WorkflowStatus, now: Date): string {
  const { id, state, step, attempt, nextIn, note } = describeStatus(status, now);
  const next = nextIn === 'now' ? 'next now' : nextIn && `next in ${nextIn}`;
  const why = note.replace(/, next (?:now|in [^,;]+)/, '');
  const parts = [next, why || step, attempt && `attempt ${attempt}`].filter((part) => part !== '');
  return `${id} ${state}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

/** Equal as long as nothing worth a new line has changed: countdowns and tokens alone are not. */
export function changeKey(status: WorkflowStatus): string {
  const { progress, pending, waitsFor, stuck, notTakenUp, held = [], failure } = status;
  return JSON.stringify([
    status.runId,
    status.status,
    waitsFor,
    stuck,
    notTakenUp,
    failure?.type,
    held.map(({ step, gate, reason }) => [step, gate, reason]),
    progress?.step,
    progress?.repairs,
    progress?.effects.length,
    pending.map(({ activity, attempt, running }) => [activity, attempt, running]),
  ]);
}
