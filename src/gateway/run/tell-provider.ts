import type { ForwardProvider } from '../../calls/forward/forward-attempt.ts';
import { addressOf, keyHeaders } from '../../calls/forward/provider-address.ts';
import type { StoredRequest } from '../store/stored-request.ts';

/** What of a response is passed on to the provider that runs it by itself. */
export type ToProvider = (
  row: StoredRequest,
  what: 'cancel' | 'delete',
) => Promise<'done' | 'not done'>;

const timeoutMs = 10_000;

/** Makes the function that cancels and deletes at the provider. */
export function createToProvider(resolve: (name: string) => ForwardProvider): ToProvider {
  return async ({ request, response_id: responseId }, what) => {
    if (responseId === null) return 'done';
    const provider = resolve(request.provider);
    const path = `/responses/${encodeURIComponent(responseId)}${what === 'cancel' ? '/cancel' : ''}`;
    const response = await fetch(addressOf(provider, { api: 'responses', path }), {
      method: what === 'cancel' ? 'POST' : 'DELETE',
      headers: { ...provider.headers, ...keyHeaders(provider, 'responses') },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => undefined);
    await response?.body?.cancel().catch(() => {});
    // What it does not know is gone already.
    return response?.ok || response?.status === 404 ? 'done' : 'not done';
  };
}
