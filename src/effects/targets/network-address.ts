import { BlockList, isIP } from 'node:net';

/** What kind of place an IP address is; `special` is everything that no target has. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'special';

/** IANA's special-purpose registries (RFC 6890 and updates); the first list that holds it rules. */
const lists: readonly (readonly [AddressKind, BlockList])[] = [
  ['loopback', blocks(['127.0.0.0/8', '::1/128'])],
  // 169.254.169.254 and fd00:ec2::254 hand out a machine's credentials at cloud providers.
  ['link-local', blocks(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'])],
  [
    'private',
    blocks(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']),
  ],
  [
    'special',
    blocks([
      ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15'],
      ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
      // Unspecified, discard, documentation, site-local and multicast; and what wraps an IPv4
      // address (NAT64, 6to4, Teredo), behind which anything may be.
      ...['::/128', '100::/64', '2001:db8::/32', 'fec0::/10', 'ff00::/8'],
      ...['64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
    ]),
  ],
];

/** The kind of an IPv4 or IPv6 address; an IPv4 address mapped into IPv6 is what it maps. */
export function addressKind(address: string): AddressKind {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return lists.find(([, list]) => list.check(address, family))?.[0] ?? 'public';
}

/** The IP address that an origin names outright (`http://127.0.0.1:80`), or `undefined`. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}

function blocks(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', bits] = subnet.split('/');
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list;
}
