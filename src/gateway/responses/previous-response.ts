import { goingOnFrom, NotForwardable, type Outgoing } from '../../calls/forward/read-incoming.ts';
import type { RequestStore } from '../store/request-store.ts';
import { providersIdIn, requestIdOf } from '../store/response-id.ts';
import { findResponse } from './find-response.ts';

/**
 * A request that goes on from a response of ours names it to the provider by the provider's own id.
 *
 * @throws NotForwardable where there is no such response, or no answer yet.
 */
export async function knownToProvider(
  outgoing: Outgoing,
  tenant: string,
  store: Pick<RequestStore, 'read'>,
): Promise<Outgoing> {
  const { previousResponseId } = outgoing;
  if (previousResponseId === undefined || !requestIdOf(previousResponseId)) return outgoing;
  const row = await findResponse(store, tenant, previousResponseId);
  const theirs = row.answer_body && providersIdIn(row.answer_body);
  if (!theirs) {
    const message = `the response ${previousResponseId} has no answer to go on from`;
    throw new NotForwardable(message, 400, 'previous_response_id');
  }
  return { ...outgoing, body: goingOnFrom(outgoing.body, theirs) };
}
