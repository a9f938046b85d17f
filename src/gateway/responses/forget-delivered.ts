import type { RequestStore } from '../store/request-store.ts';

/** `store: false`: what was delivered is not kept. Where the database is away, retention deletes it. */
export async function forgetDelivered(
  store: Pick<RequestStore, 'forgetDelivered'>,
  id: string,
): Promise<void> {
  await store.forgetDelivered(id).catch(() => {});
}
