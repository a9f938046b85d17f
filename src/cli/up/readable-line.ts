import { parseJson } from '../../wire/json.ts';
import { hanging } from '../explain/wrap.ts';
import { formatDuration } from '../format.ts';
import { printableLine } from '../printable.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of the time, `10:37:04`, of what the line is about, and of the blanks after them. */
const timeColumns = 10;
const subjectColumns = { least: 24, most: 56 };
/** Ids get the columns that a text does not need. */
const textColumns = 64;

/**
 * A line of a worker's log for people: when, of what, what happened. A line that is no JSON (a stack
 * trace of the user's own code) stays as it is.
 *
 * @param process whose line it is, where it is about nothing else.
 * @returns `undefined` for what only machines need.
 */
export function readableLine(
  line: string,
  width: number,
  process: string = 'worker',
): string | undefined {
  const fields = line.startsWith('{') ? (parseJson(line) as Fields | undefined) : undefined;
  if (fields === undefined) return line;
  const words = wordsOf(fields);
  if (words === undefined) return undefined;
  const subject = String(fields.requestId ?? fields.key ?? fields.workflowId ?? process);
  const { least, most } = subjectColumns;
  const indent = timeColumns + Math.min(most, Math.max(least, width - timeColumns - textColumns));
  const head = `${timeOf(fields.time)}  ${printableLine(subject)}`.padEnd(indent - 2);
  const text = hanging(printableLine(words), indent, width);
  // A long id has a line of its own, so that the columns stay.
  return head.length <= indent - 2 ? `${head}  ${text}` : `${head}\n${' '.repeat(indent)}${text}`;
}

function timeOf(time: unknown): string {
  const date = new Date(typeof time === 'string' ? time : Number.NaN);
  // As the clock on the wall says it: the terminal is where the person is.
  return Number.isNaN(date.getTime()) ? '        ' : date.toTimeString().slice(0, 8);
}

function wordsOf(fields: Fields): string | undefined {
  const attempt = `attempt ${fields.attempt}`;
  switch (fields.event) {
    case 'attempt.sent':
    // What serves is told as a whole, with the server.
    case 'worker.serving':
    case 'gateway.serving':
      return undefined;
    case 'attempt.started':
      return `${attempt}: asking ${fields.model}`;
    case 'attempt.finished': {
      const tokens = `${fields.inputTokens ?? '?'} tokens in, ${fields.outputTokens ?? '?'} out`;
      return `${attempt}: answered after ${duration(fields.durationMs)}, ${tokens}`;
    }
    case 'attempt.deferred':
      return `held back for ${duration(fields.delayMs)}: the provider limits or is down`;
    case 'attempt.failed':
      return `${attempt}: ${failure(fields.failureType, fields)}; ${next(fields.retry, fields.delayMs)}`;
    case 'attempt.interrupted':
      return `${attempt}: interrupted`;
    case 'effect.succeeded':
      return fields.replayed ? 'was done before' : 'done';
    case 'effect.failed': {
      const { retry, delayMs } = Object(fields.decision) as Fields;
      return `${attempt}: ${failure(fields.type, fields)}; ${next(retry, delayMs)}`;
    }
    default:
      return [fields.msg ?? fields.event, ...(fields.error ? [`(${fields.error})`] : [])].join(' ');
  }
}

function failure(type: unknown, { status, reason }: Fields): string {
  const detail = [status, reason].filter((each) => each !== undefined).join(', ');
  return `${type}${detail && ` (${detail})`}`;
}

function next(retry: unknown, delayMs: unknown): string {
  return retry === true ? `next in ${duration(delayMs)}` : 'not tried again';
}

function duration(milliseconds: unknown): string {
  return formatDuration(Number(milliseconds ?? 0));
}
