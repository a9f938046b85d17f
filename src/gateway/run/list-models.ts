import type { ForwardProvider } from '../../calls/forward/forward-attempt.ts';
import { addressOf, keyHeaders } from '../../calls/forward/provider-address.ts';

/** Longest wait for a provider's list; one that does not answer has none. */
const timeoutMs = 5000;
/** A list is asked for again after so long. */
const freshMs = 60_000;

interface Listed {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** Makes the list of all providers' models, each as `<provider>:<model>`, in OpenAI's form. */
export function createListModels(
  providers: readonly { readonly name: string }[],
  resolve: (name: string) => ForwardProvider,
) {
  let last: { readonly atMs: number; readonly data: Promise<Listed[]> } | undefined;

  async function all(): Promise<Listed[]> {
    const lists = await Promise.allSettled(providers.map(({ name }) => listOf(name)));
    return lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
  }

  async function listOf(name: string): Promise<Listed[]> {
    const provider = resolve(name);
    const place = { api: 'other', path: '/models' } as const;
    const response = await fetch(addressOf(provider, place), {
      headers: { ...provider.headers, ...keyHeaders(provider, place.api), ...versions },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = (await response.json()) as { data?: unknown; models?: unknown };
    const found = [body.data, body.models].find(Array.isArray) ?? [];
    return found.flatMap((model: { id?: unknown; name?: unknown; created?: unknown }) => {
      const id = typeof model.id === 'string' ? model.id : String(model.name ?? '');
      if (id === '') return [];
      const created = typeof model.created === 'number' ? model.created : 0;
      const own = id.replace(/^models\//, '');
      return [{ id: `${name}:${own}`, object: 'model' as const, created, owned_by: name }];
    });
  }

  return async function listModels(): Promise<{ object: 'list'; data: Listed[] }> {
    const nowMs = performance.now();
    if (!last || nowMs - last.atMs > freshMs) last = { atMs: nowMs, data: all() };
    return { object: 'list', data: await last.data };
  };
}

/** Anthropic's API wants its version said. */
const versions = { 'anthropic-version': '2023-06-01' };
