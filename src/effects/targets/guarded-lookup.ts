import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type AddressKind, addressKind } from './network-address.ts';

/** The code of the error when a name leads only to addresses that are refused. */
export const refusedAddressCode = 'ERR_ADDRESS_REFUSED';

/** Resolves a name to all its addresses, as `dns.lookup` does. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that passes on allowed addresses only. The check stands between resolution
 * and connection, so that a name cannot answer one thing to a check and another to the socket.
 */
export function guardedLookup(
  allowed: readonly AddressKind[],
  resolve: Resolve = systemLookup,
): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const kept = addresses.filter(({ address }) => allowed.includes(addressKind(address)));
      const [first] = kept;
      if (first === undefined) {
        const refused = new Error('the name leads to an address that is refused');
        return done(Object.assign(refused, { code: refusedAddressCode }), '');
      }
      if (options.all) return done(null, kept);
      return done(null, first.address, first.family);
    });
  };
}
