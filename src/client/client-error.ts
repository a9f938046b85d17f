import { WorkflowNotFoundError } from '@temporalio/client';
import type { FailureType } from '../failures/failure-types.ts';
import { causes, hasCode } from '../failures/find-failure.ts';

/** What went wrong on the client's side, besides the failure types of workflows. */
export type ClientErrorKind = 'usage' | 'unreachable' | 'not found' | 'parked' | FailureType;

/** A mistake or obstacle met by the client, told in one clear sentence. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly kind: ClientErrorKind;
  constructor(kind: ClientErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Whether an error says that there is no such workflow or effect. */
export function isNotFound(error: unknown): error is ClientError {
  return error instanceof ClientError && error.kind === 'not found';
}

/** Whether the server could not be asked, for now: DEADLINE_EXCEEDED or UNAVAILABLE. */
export function isUnreachable(error: unknown): boolean {
  return hasCode(error, 4, 14);
}

/** Whether the server does not let this client in: PERMISSION_DENIED or UNAUTHENTICATED. */
export function isRefused(error: unknown): boolean {
  return hasCode(error, 7, 16);
}

/** gRPC's RESOURCE_EXHAUSTED: a limit of the server's, such as that on the updates of one workflow. */
const exhausted = 8;

/**
 * Whatever asking something of a workflow came to, in words of ours: an error of Temporal's says less
 * to the person who is to act on it.
 *
 * @param id as the person named it.
 */
export function asClientError(error: unknown, id: string): ClientError {
  if (error instanceof ClientError) return error;
  const options = { cause: error };
  if (error instanceof WorkflowNotFoundError) {
    return new ClientError('not found', `${id} is closed meanwhile, or gone`, options);
  }
  const found = [...causes(error)];
  const message = found.at(-1)?.message ?? String(error);
  if (found.some(({ name }) => name === 'NamespaceNotFoundError')) {
    return new ClientError('usage', `${message}; set TEMPORAL_NAMESPACE`, options);
  }
  if (isUnreachable(error)) {
    const words = `the Temporal server did not answer, so it is not known what became of ${id}`;
    return new ClientError('unreachable', words, options);
  }
  if (hasCode(error, exhausted)) {
    const words = `the Temporal server takes no more of these for ${id} now (${message}); try again later`;
    return new ClientError('unreachable', words, options);
  }
  return new ClientError(
    'InvalidRequest',
    `the Temporal server refused it for ${id}: ${message}`,
    options,
  );
}
