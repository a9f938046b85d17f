import type { FailureType } from '../failures/failure-types.ts';
import { clientStatus, type ForwardFailure } from '../wire/forwarded.ts';

/** How a forwarded call ended without an answer. */
export interface ForwardedEnd {
  readonly id: string;
  readonly type: FailureType;
  readonly message: string;
  readonly attempts: number;
  readonly possiblyBilled: number;
}

/** Where it is written down. */
export interface EndRecords {
  readonly failed: (
    id: string,
    failure: ForwardFailure,
    used: { readonly attempts: number; readonly possiblyBilled: number },
  ) => Promise<boolean>;
}

/** Activities of forwarded calls, beside those that make their attempts. */
export function createForwardActivities(records: EndRecords) {
  return {
    /** Tells whoever waits for a forwarded call that it has failed for good. */
    async endForwarded(end: ForwardedEnd): Promise<void> {
      const { id, type, message, attempts, possiblyBilled } = end;
      const failure = { type, message, status: clientStatus(type, undefined) };
      await records.failed(id, failure, { attempts, possiblyBilled });
    },
  };
}

/** What workflows know of them, by `import type` only. */
export type ForwardActivities = ReturnType<typeof createForwardActivities>;
