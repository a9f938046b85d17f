import type { FailureType } from '../failures/failure-types.ts';

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
