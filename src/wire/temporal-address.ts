/**
 * What is wrong with the address of a Temporal server, or `undefined`. An address is `host` or
 * `host:port`; people often give the one that a browser takes.
 */
export function temporalAddressProblem(address: string): string | undefined {
  const [, withoutScheme] = /^[a-z]+:\/\/([^/]*)/i.exec(address) ?? [];
  const port = withoutScheme?.includes(':') ? '' : ':7233';
  if (withoutScheme !== undefined) {
    return `${address} is an address for browsers; write host:port, ${withoutScheme}${port}`;
  }
  if (/^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i.test(address)) return undefined;
  return `${address} is no address of a server; write host:port, such as 127.0.0.1:7233`;
}

/** The address with its port, which is Temporal's usual one where none is given. */
export function withUsualPort(address: string): string {
  return /:\d+$/.test(address) ? address : `${address}:7233`;
}
