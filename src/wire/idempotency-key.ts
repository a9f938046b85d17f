import { createFailure } from '../failures/create-failure.ts';
import { namePattern, workflowIdPattern } from './identifiers.ts';

/** What an idempotency key is made of. */
export interface KeyParts {
  /** Environment and namespace, or tenant. */
  readonly scope: string;
  readonly workflowId: string;
  /** With its step, where it has one: `charge.2026-11`. */
  readonly effect: string;
  /** 1, until a person has the effect done anew after a definitive no. Default 1. */
  readonly generation?: number;
}

/** Nine digits, so that every one that is written can be read again. */
const latestGeneration = 999_999_999;

/** An effect's name in its key: `charge`, or `charge.2026-11` where a loop names its step. */
export function effectLabel(name: string, step: string | undefined): string {
  return step === undefined ? name : `${name}.${step}`;
}

/**
 * The idempotency key of an effect: `prod/order-1042:charge`, and `...:charge#2` for the second
 * generation. This file alone knows how a key is written. It survives retry, Reset, continue-as-new
 * and a restart under the same workflow id (run and activity ids do not).
 *
 * @throws ApplicationFailure `InvalidRequest` for a part that cannot be in a key: two different
 * effects could otherwise get the same one.
 */
export function idempotencyKey({ scope, workflowId, effect, generation = 1 }: KeyParts): string {
  assertFits('scope', namePattern.test(scope));
  assertFits('workflow id', workflowIdPattern.test(workflowId));
  assertFits('effect', namePattern.test(effect));
  return keyOfGeneration(`${keyOwner(scope, workflowId)}:${effect}`, generation);
}

/** The key of another generation of the same effect; 1 gives the key without a mark. */
export function keyOfGeneration(key: string, generation: number): string {
  const isCount = Number.isInteger(generation) && generation >= 1;
  assertFits('generation', isCount && generation <= latestGeneration);
  const { first } = splitGeneration(key);
  return generation === 1 ? first : `${first}#${generation}`;
}

/** A key as the ledger's table has it: that of the first generation, and which generation it is. */
export function splitGeneration(key: string): { first: string; generation: number } {
  const [, first = key, generation = '1'] = /^(.*)#([1-9]\d{0,8})$/s.exec(key) ?? [];
  return { first, generation: Number(generation) };
}

/** The generation that a key is marked with; `undefined` without a mark. */
export function markedGeneration(key: string): number | undefined {
  const { first, generation } = splitGeneration(key);
  return first === key ? undefined : generation;
}

/** What a key is made of; `undefined` for a text that is none. */
export function parseIdempotencyKey(text: string): Required<KeyParts> | undefined {
  const { first, generation } = splitGeneration(text);
  const [, scope = '', workflowId = '', effect = ''] =
    /^([^/:#]+)\/([^/:#]+):([^/:#]+)$/.exec(first) ?? [];
  const fits = namePattern.test(scope) && workflowIdPattern.test(workflowId);
  if (!fits || !namePattern.test(effect)) return undefined;
  return { scope, workflowId, effect, generation };
}

/** Whose effect it is: what the keys of all effects of a workflow have before the effect's name. */
export function keyOwner(scope: string, workflowId: string): string {
  return `${scope}/${workflowId}`;
}

/** The {@link keyOwner} of a key. */
export function ownerOfKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(':')));
}

/** How the keys of a scope begin, and those of one workflow in it. */
export function keyPrefix(scope: string, workflowId?: string): string {
  return workflowId === undefined ? `${scope}/` : `${keyOwner(scope, workflowId)}:`;
}

function assertFits(part: string, fits: boolean): void {
  if (fits) return;
  throw createFailure('InvalidRequest', `the ${part} does not fit an idempotency key`);
}
