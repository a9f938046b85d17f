import { NotForwardable } from '../../calls/forward/read-incoming.ts';
import type { RequestStore } from '../store/request-store.ts';
import { requestIdOf } from '../store/response-id.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/**
 * The record of a background call, for the tenant whose it is.
 *
 * @throws NotForwardable 404 also where it is another tenant's: nobody learns that it exists.
 */
export async function findResponse(
  store: Pick<RequestStore, 'read'>,
  tenant: string,
  responseId: string,
): Promise<StoredRequest> {
  const id = requestIdOf(responseId);
  const row = id === undefined ? undefined : await store.read(id);
  if (row?.request.isBackground && row.tenant === tenant) return row;
  throw new NotForwardable(`there is no response ${responseId}`, 404, 'id');
}
