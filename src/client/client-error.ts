import type { FailureType } from '../failures/failure-types.ts';
import { causes } from '../failures/find-failure.ts';

/** What went wrong on the client's side, besides the failure types of workflows. */
export type ClientErrorKind = 'usage' | 'unreachable' | 'not found' | FailureType;

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

/** gRPC's DEADLINE_EXCEEDED and UNAVAILABLE. */
const unreachableCodes: readonly unknown[] = [4, 14];

/** Whether an error of the Temporal client means that the server could not be asked, for now. */
export function isUnreachable(error: unknown): boolean {
  return [...causes(error)].some((link) => 'code' in link && unreachableCodes.includes(link.code));
}
