import { setTimeout as sleep } from 'node:timers/promises';

const retries = 2;
const firstDelayMs = 500;

/**
 * What a gateway in front of the provider does: it repeats what failed with 429 or 5xx, after 0.5 s
 * and after 1 s, or when Retry-After says.
 */
export const gatewayFetch: typeof globalThis.fetch = async (input, init) => {
  for (let retry = 0; ; retry += 1) {
    const response = await fetch(input, init);
    const mayPass = response.status === 429 || response.status >= 500;
    if (!mayPass || retry === retries) return response;
    await response.body?.cancel();
    const askedMs = Number(response.headers.get('retry-after') ?? 0) * 1000;
    await sleep(Math.max(askedMs, firstDelayMs * 2 ** retry));
  }
};
