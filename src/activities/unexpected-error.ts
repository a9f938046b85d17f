import { Context } from '@temporalio/activity';
import { AttemptError, unexpected } from '../failures/attempt-error.ts';

/**
 * What nobody foresaw, a bug, as a failed attempt like others: retried, since a corrected deploy
 * cures it. Its message may hold values, so the log gets only its kind and the place in the code.
 *
 * @param by whose work failed: an effect's target, or the worker itself.
 */
export function unexpectedError(by: string, error: unknown): AttemptError {
  const fields = unexpected(by, error);
  const { stack = '', message = '' } = error instanceof Error ? error : {};
  // The stack begins with the message, which may have lines that look like frames.
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .flatMap((line) => /^\s+(at .+)$/.exec(line)?.[1] ?? []);
  Context.current().log.error(`${fields.reason} in an activity`, { frames: frames.join('\n') });
  return new AttemptError(fields);
}
