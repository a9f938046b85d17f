import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** Workflow ids of Holdfast: with scope and effect name the key must fit Stripe's 255 characters. */
export const workflowIdPattern = /^[A-Za-z0-9._-]{1,160}$/;
/** Scopes and effect names: they are joined by `/` and `:`, so they may hold neither. */
export const namePattern = /^[A-Za-z0-9._-]{1,40}$/;

/** What JavaScript asks of any object that is awaited, returned or printed. */
export const languageNames: readonly string[] = ['then', 'toJSON', 'toString', 'valueOf'];

/**
 * The workflow id for a key from outside: the key itself if it fits, otherwise its hash. Space around
 * it is no part of it: a line of a file from Windows ends in a carriage return.
 */
export function workflowIdFor(businessKey: string): string {
  const key = businessKey.trim();
  if (workflowIdPattern.test(key)) return key;
  return `sha256-${bytesToHex(sha256(utf8ToBytes(key.toWellFormed())))}`;
}

/** The name of one call: constant over its attempts. A repair is a step of its own. */
export function requestIdFor(workflowId: string, step: string): string {
  return `${workflowId}/${step}`;
}

/** SHA-256 over RFC 8785 (canonical) JSON, in any key order; `v1:` lets another rule come later. */
export function fingerprintOf(value: unknown): string {
  return `v1:${bytesToHex(sha256(utf8ToBytes(canonicalize(wellFormed(value)) ?? 'undefined')))}`;
}

/** Half an emoji, where a text was cut, is no Unicode: RFC 8785 has no form for it. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  if ('toJSON' in value && typeof value.toJSON === 'function') return wellFormed(value.toJSON());
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]),
  );
}
