import { addUsage } from '../policies/call-costs.ts';
import { correct, nothingUsed, type Used } from './admit.ts';
import type { KeyStore } from './store/key-store.ts';
import type { RequestStore } from './store/request-store.ts';
import type { EndedReserved } from './store/reserved-use.ts';

interface Stores {
  readonly store: Pick<RequestStore, 'endedReserved' | 'takeReserved'>;
  readonly keys: Pick<KeyStore, 'use'>;
}

/** Puts what a request used in the place of its estimate, once it has ended, wherever it did. */
export async function settleEnded({ store, keys }: Stores, id: string): Promise<void> {
  const row = await store.takeReserved(id);
  if (row) await correct(keys, row.reserved, usedBy(row));
}

/** The same for all that have ended since. */
export async function settleAllEnded(stores: Stores): Promise<void> {
  for (const id of await stores.store.endedReserved()) await settleEnded(stores, id);
}

/** What a request that has ended used, over all its attempts, as far as its record says. */
function usedBy(row: EndedReserved): Used {
  const { state, answer, possibly_billed, attempts, broke_off, reserved } = row;
  const failed = { inputTokens: row.failed_input_tokens, outputTokens: row.failed_output_tokens };
  const before = Math.max(0, possibly_billed - (reserved.counted ?? 0));
  if (state === 'failed') return { usage: failed, uncounted: before };
  if (state === 'answered') {
    // A provider that counts nothing has not answered for nothing.
    const counted = addUsage(undefined, answer?.usage);
    const uncounted = counted ? before : before + 1;
    return { usage: addUsage(counted, failed) ?? nothingUsed.usage, uncounted };
  }
  // What was under way as it was cancelled; a gateway that died with it has counted that.
  const isCounted = broke_off === 1 && attempts > 0;
  return { usage: failed, uncounted: isCounted ? before : before + 1 };
}
