import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { AttemptError, describeAttemptError, unexpected } from '../failures/attempt-error.ts';
import { framesOf } from '../failures/code-frames.ts';
import { createFailure } from '../failures/create-failure.ts';

/**
 * An unexpected error, a bug, as a failed attempt like others: retried, since a corrected deploy
 * cures it. Its message may hold values, so the log gets only its kind and the place in the code.
 *
 * @param by whose work failed: an effect's target, or the worker itself.
 */
export function unexpectedError(by: string, error: unknown): AttemptError {
  const fields = unexpected(by, error);
  const frames = framesOf(error).join('\n');
  Context.current().log.error(`${fields.reason} in an activity`, { frames });
  return new AttemptError(fields);
}

/** The same as what an activity throws, where no policy decides what comes next. */
export function unexpectedFailure(error: unknown): ApplicationFailure {
  return failureOf(unexpectedError('worker', error));
}

/** A failed attempt as what an activity throws, without its cause: that may hold values. */
export function failureOf({ fields }: AttemptError): ApplicationFailure {
  return createFailure(fields.type, describeAttemptError(fields));
}
