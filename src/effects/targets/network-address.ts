import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What kind of place an IP address is; `special` is everything that no target has. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'special';

/** By ipaddr.js's name of a range in IANA's special-purpose registries; any other is `special`. */
const kinds: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  private: 'private',
  carrierGradeNat: 'private',
  uniqueLocal: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
};

/** Where AWS hands out a machine's credentials over IPv6, as 169.254.169.254 does over IPv4. */
const awsMetadata = ipaddr.IPv6.parseCIDR('fd00:ec2::/32');

/**
 * The kind of an IPv4 or IPv6 address; an IPv4 address mapped into IPv6 is what it maps, and what
 * wraps one otherwise (NAT64, 6to4, Teredo) is `special`: anything may be behind it.
 */
export function addressKind(address: string): AddressKind {
  if (isIP(address) === 0) return 'special';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(awsMetadata)) return 'link-local';
  return kinds[parsed.range()] ?? 'special';
}

/** The IP address that an origin names outright (`http://127.0.0.1:80`), or `undefined`. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}
