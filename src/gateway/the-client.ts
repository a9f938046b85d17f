import type { ServerResponse } from 'node:http';
import type { ForwardedRequest } from '../wire/forwarded.ts';
import { answerHeaders } from './answer/answer-headers.ts';
import { createDelivery, type Delivery } from './answer/delivery.ts';
import type { GatewayDependencies } from './gateway-dependencies.ts';
import { ownIdDelivery } from './responses/own-id-delivery.ts';
import { responseIdOf } from './store/response-id.ts';
import type { StoredRequest } from './store/stored-request.ts';

/** The client of a record: it made the request, or asks for the same as one that is there. */
export interface Client {
  readonly delivery: Delivery;
  /** What the headers of its answer will say of the call, as far as that is known. */
  readonly told: (call: Partial<StoredRequest>) => void;
  /** Calls back when the client is gone, at once where it is already. */
  readonly whenGone: (then: () => void) => void;
  /** It waits no more; said once, since another may have the record by then. */
  readonly leave: (how?: { readonly brokeOff?: true }) => Promise<void>;
}

/** Makes the client of the record with this id. */
export function createClient(
  dependencies: Pick<
    GatewayDependencies,
    'store' | 'prices' | 'uiUrl' | 'patienceMs' | 'keepAliveMs'
  >,
  response: ServerResponse,
  { id, request }: { readonly id: string; readonly request: ForwardedRequest },
): Client {
  const { store, prices, uiUrl } = dependencies;
  let call: Partial<StoredRequest> = {};
  let hasLeft = false;
  const plain = createDelivery(
    response,
    request,
    () => answerHeaders({ id, ...call, request }, prices[request.model], uiUrl),
    dependencies,
  );
  const delivery = request.isBackground ? ownIdDelivery(plain, () => responseIdOf(id)) : plain;
  const { gone } = delivery;
  return {
    delivery,
    told(more) {
      call = more;
    },
    whenGone(then) {
      if (gone.aborted) then();
      else gone.addEventListener('abort', then, { once: true });
    },
    async leave(how = {}) {
      if (hasLeft && !how.brokeOff) return;
      hasLeft = true;
      await store.clientGone(id, how).catch(() => {});
    },
  };
}
