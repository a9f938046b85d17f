import { correct, type Used } from './admit.ts';
import type { KeyStore } from './store/key-store.ts';
import type { RequestStore } from './store/request-store.ts';
import type { StoredRequest } from './store/stored-request.ts';

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

/** What a request that has ended used, as far as its record says. */
export function usedBy({
  state,
  answer,
  possibly_billed,
}: Pick<StoredRequest, 'state' | 'answer' | 'possibly_billed'>): Used {
  if (state === 'answered') return answer?.usage ?? 'not known';
  return state === 'failed' && possibly_billed === 0 ? undefined : 'not known';
}
