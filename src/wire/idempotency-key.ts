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

/** An effect's name in its key: `charge`, or `charge.2026-11` where a loop names its step. */
export function effectLabel(name: string, step: string | undefined): string {
  return step === undefined ? name : `${name}.${step}`;
}

/**
 * The idempotency key of an effect: `prod/order-1042:charge`, and `...:charge#2` for the second
 * generation. This is the only place where one is made. It survives retry, Reset, continue-as-new
 * and a restart under the same workflow id (run and activity ids do not).
 */
export function idempotencyKey({ scope, workflowId, effect, generation = 1 }: KeyParts): string {
  return keyOfGeneration(`${scope}/${workflowId}:${effect}`, generation);
}

/** The key of another generation of the same effect; 1 gives the key without a mark. */
export function keyOfGeneration(key: string, generation: number): string {
  const { first } = splitGeneration(key);
  return generation === 1 ? first : `${first}#${generation}`;
}

/** A key as the ledger's table has it: that of the first generation, and which generation it is. */
export function splitGeneration(key: string): { first: string; generation: number } {
  const [, first = key, generation = '1'] = /^(.*)#([1-9]\d{0,8})$/s.exec(key) ?? [];
  return { first, generation: Number(generation) };
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
