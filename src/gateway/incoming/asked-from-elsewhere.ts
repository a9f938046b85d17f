import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../config/trust.ts';
import type { ToldError } from '../answer/error-answer.ts';

/**
 * Why a request is not served that came without a key, though none is needed; nothing where it may be.
 * A browser lets any page send requests to this machine, and says whose page it is. A name of the page's
 * own may lead here too, and then the page counts as ours: only the `Host` tells.
 *
 * @param hosts names besides those of loopback that the gateway goes by.
 */
export function askedFromElsewhere(
  { host = '', origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>,
  hosts: readonly string[],
): ToldError | undefined {
  const name = nameIn(host);
  if (!isLoopback(name) && !hosts.includes(name)) {
    const message = `a gateway that asks for no key answers to localhost alone, and this request is for ${JSON.stringify(host)}; name that in HOLDFAST_GATEWAY_HOSTS, or make a key with \`holdfast keys add\``;
    return { status: 403, type: 'PermissionDenied', message };
  }
  return origin !== undefined && isForeignPage(origin, host) ? foreignPage : undefined;
}

/** The name in a `Host`, without its port. */
function nameIn(host: string): string {
  return /^(\[[\da-f:.]+\]|[^:]+)(:\d+)?$/i.exec(host)?.[1]?.toLowerCase() ?? '';
}

function isForeignPage(origin: string, askedHost: string): boolean {
  if (!/^(https?:|null$)/.test(origin)) return false;
  if (!URL.canParse(origin)) return true;
  const { host, hostname } = new URL(origin);
  return !isLoopback(hostname) && host !== askedHost;
}

const foreignPage: ToldError = {
  status: 403,
  type: 'PermissionDenied',
  message: 'a page of another site may not use a gateway that asks for no key',
};
