import type { GatewayDependencies } from '../gateway-dependencies.ts';
import { settleEnded } from '../settle-ended.ts';

/** `store: false`: what was delivered is not kept. Where the database is away, retention deletes it. */
export async function forgetDelivered(
  dependencies: Pick<GatewayDependencies, 'store' | 'keys'>,
  id: string,
): Promise<void> {
  try {
    await settleEnded(dependencies, id);
    await dependencies.store.forgetDelivered(id);
  } catch {}
}
