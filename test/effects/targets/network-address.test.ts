import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AddressKind,
  addressKind,
  literalAddress,
} from '../../../src/effects/targets/network-address.ts';

const kinds: readonly (readonly [string, AddressKind])[] = [
  ['8.8.8.8', 'public'],
  ['2606:4700::1111', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['169.254.169.254', 'link-local'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fd00:ec2::254', 'link-local'],
  ['0.0.0.0', 'special'],
  ['::', 'special'],
  ['224.0.0.1', 'special'],
  ['255.255.255.255', 'special'],
  ['64:ff9b::7f00:1', 'special'],
  ['2002:7f00:1::', 'special'],
  ['::ffff:0:127.0.0.1', 'special'],
  ['3fff::1', 'special'],
  ['5f00::1', 'special'],
  ['no address', 'special'],
];

for (const [address, kind] of kinds) {
  test(`${address} is ${kind}`, () => assert.equal(addressKind(address), kind));
}

test('a host name of an origin may be an address', () => {
  assert.equal(literalAddress('127.0.0.1'), '127.0.0.1');
  assert.equal(literalAddress('[::1]'), '::1');
  assert.equal(literalAddress('api.example.com'), undefined);
});
