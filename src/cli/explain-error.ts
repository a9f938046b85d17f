import { ClientError, isUnreachable } from '../client/client-error.ts';
import { InvalidConfiguration } from '../config.ts';
import { CannotStart } from '../failures/cannot-start.ts';
import { allFailureTypes, failureTypes } from '../failures/failure-types.ts';
import { findFailure } from '../failures/find-failure.ts';
import { InvalidPolicy } from '../policies/resolve-policies.ts';
import { CommandError } from './command-error.ts';
import type { ExitName } from './exit-codes.ts';

/** Failure types that time cures: the worker answered, but a service behind it did not. */
const troubles = allFailureTypes.filter((type) => failureTypes[type].treatment === 'retry');

const exitOfClientError: Readonly<Record<string, ExitName>> = {
  ...Object.fromEntries(troubles.map((type) => [type, 'unreachable'])),
  unreachable: 'unreachable',
  'not found': 'notFound',
  IdempotencyKeyReused: 'otherInput',
};

/** Whatever a command threw, as one clear sentence and an exit code. */
export function explainError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof ClientError) {
    const exit = exitOfClientError[error.kind] ?? 'usage';
    return new CommandError(exit, error.message, { kind: error.kind, cause: error });
  }
  if (error instanceof InvalidConfiguration) {
    return new CommandError('usage', `bad configuration: ${error.problems.join('; ')}`);
  }
  if (error instanceof CannotStart) {
    return new CommandError('unreachable', error.message, { cause: error });
  }
  if (error instanceof InvalidPolicy) {
    return new CommandError('usage', `bad policy: ${error.problems.join('; ')}`);
  }
  // Found before anything was sent: a schema that cannot be used, a payload that does not fit.
  const failure = findFailure(error);
  if (failure) return new CommandError('usage', failure.message, { kind: failure.type });
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') {
    return new CommandError('usage', `${error.message}; set TEMPORAL_NAMESPACE`);
  }
  if (isUnreachable(error)) {
    return new CommandError(
      'unreachable',
      'the Temporal server stopped answering; workflows go on',
    );
  }
  const refused = grpcMessage(error);
  if (refused) return new CommandError('unreachable', `the Temporal server refused: ${refused}`);
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError('bug', `unexpected: ${message}`, { cause: error });
}

function grpcMessage(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error) || !('details' in cause)) return undefined;
  return typeof cause.details === 'string' ? cause.details : cause.message;
}
