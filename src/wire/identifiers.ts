import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import canonicalize from 'canonicalize';

/** Workflow ids of Holdfast: with scope and effect name the key must fit Stripe's 255 characters. */
export const workflowIdPattern = /^[A-Za-z0-9._-]{1,160}$/;
/** Scopes and effect names: they are joined by `/` and `:`, so they may hold neither. */
export const namePattern = /^[A-Za-z0-9._-]{1,40}$/;

/**
 * The workflow id for a key from outside (a message id, an order number). A key that fits is used
 * as it is, so that people find it again; any other is hashed, the same one always to the same id.
 */
export function workflowIdFor(businessKey: string): string {
  if (workflowIdPattern.test(businessKey)) return businessKey;
  return `sha256-${bytesToHex(sha256(utf8ToBytes(businessKey)))}`;
}

/** The name of one call: constant over its attempts. A repair is a step of its own. */
export function requestIdFor(workflowId: string, step: string): string {
  return `${workflowId}/${step}`;
}

/** An effect's name in its key: `charge`, or `charge.2026-11` where a loop names its step. */
export function effectLabel(name: string, step: string | undefined): string {
  return step === undefined ? name : `${name}.${step}`;
}

/**
 * The idempotency key of an effect. It survives retry, Reset, continue-as-new and a restart under
 * the same workflow id (run and activity ids do not).
 *
 * @param generation 1, until a person has an effect done anew after a definitive no.
 */
export function idempotencyKeyFor(
  scope: string,
  workflowId: string,
  effect: string,
  generation = 1,
): string {
  return keyOfGeneration({ key: `${scope}/${workflowId}:${effect}`, generation });
}

/** What the ledger has a row for. */
export interface Generation {
  readonly key: string;
  readonly generation: number;
}

/** A key with its generation, as targets and persons are given it. */
export function keyOfGeneration({ key, generation }: Generation): string {
  return generation === 1 ? key : `${key}#${generation}`;
}

/**
 * SHA-256 over RFC 8785 (canonical) JSON: equal content gives equal text, whatever the key order.
 * The version in front allows another rule later without confusing rows written by this one.
 */
export function fingerprintOf(value: unknown): string {
  return `v1:${bytesToHex(sha256(utf8ToBytes(canonicalize(value) ?? 'undefined')))}`;
}

/** What an idempotency key is made of; `undefined` for a text that is none. */
export function parseIdempotencyKey(
  text: string,
): { scope: string; workflowId: string; effect: string; generation: number } | undefined {
  const [, scope = '', workflowId = '', effect = '', generation = '1'] =
    /^([^/:#]+)\/([^/:#]+):([^/:#]+)(?:#([1-9]\d{0,8}))?$/.exec(text) ?? [];
  const fits = namePattern.test(scope) && workflowIdPattern.test(workflowId);
  if (!fits || !namePattern.test(effect)) return undefined;
  return { scope, workflowId, effect, generation: Number(generation) };
}
