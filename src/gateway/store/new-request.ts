import type { Usage } from '../../policies/call-costs.ts';
import type { ForwardedRequest } from '../../wire/forwarded.ts';
import type { Reserved } from './key-store.ts';

/** A request that is about to be made. */
export interface NewRequest {
  readonly id: string;
  readonly tenant: string;
  readonly apiKey: string;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string;
  readonly request: ForwardedRequest;
  readonly body: Uint8Array;
  readonly gateway: string;
  /** How long it may take in all. */
  readonly deadlineMs: number;
  /** A workflow makes its first attempt; this process makes none. */
  readonly isHandedOver?: boolean;
  /** What its key is charged with until it has ended. */
  readonly reserved?: Reserved | undefined;
  /** Its end is told to its key's webhook. */
  readonly hasWebhook?: boolean;
}

/** Whether a call goes on when its client is gone: one with a key, in the background, or that is to be stored. */
export function isDurable(
  { isBackground, isStored }: ForwardedRequest,
  idempotencyKey: string | null,
): boolean {
  return idempotencyKey !== null || isStored === true || isBackground === true;
}

/** What asks for the same: a tenant's key, path and body. */
export type Sameness = Pick<NewRequest, 'tenant' | 'apiKey' | 'fingerprint'>;

/** What an attempt has used up. */
export interface AttemptsUsed {
  readonly attempts: number;
  readonly possiblyBilled: number;
  /** What one that failed was billed for. */
  readonly failedUsage?: Usage | undefined;
}
