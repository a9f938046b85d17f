/** Checks of what an operator configured, pure: configuration names every mistake at once. */

/** Whether real money moves with this key: secret or restricted, in live mode. */
export function isLiveStripeKey(secretKey: string): boolean {
  return /^(sk|rk)_live_/.test(secretKey);
}

/**
 * What is wrong with the address of a target, or `undefined`. It must be https, since credentials
 * are sent to it, unless it is this machine or `allowPlain` says that the network in between is
 * trusted. `allowQuery` is for an address to which nothing is added.
 */
export function targetUrlProblem(
  baseUrl: string,
  {
    allowPlain = false,
    allowQuery = false,
  }: { readonly allowPlain?: boolean; readonly allowQuery?: boolean } = {},
): string | undefined {
  if (!URL.canParse(baseUrl)) return 'is not a URL';
  const { protocol, hostname, username, password, search, hash } = new URL(baseUrl);
  if (username !== '' || password !== '') return 'must not hold credentials';
  if (!allowQuery && (search !== '' || hash !== '')) return 'must not have a query or fragment';
  if (hash !== '') return 'must not have a fragment';
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return 'must be an http or https URL';
  return isLoopback(hostname) || allowPlain
    ? undefined
    : 'must be https, since credentials are sent to it';
}

/** Whether a host name, as a URL has it, is this machine's. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
