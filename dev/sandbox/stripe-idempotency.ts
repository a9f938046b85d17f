import { keyInUse, keyReused } from './stripe-errors.ts';
import type { WireAnswer } from './wire-answer.ts';

/** Stripe's memory of idempotency keys. */
export interface IdempotencyKeys {
  /** Executes once for each key; afterwards the stored answer comes back, marked as replayed. */
  run(key: string, parameters: string, execute: () => Promise<WireAnswer>): Promise<WireAnswer>;
  /** Forgets every key, as Stripe may after 24 hours. */
  forget(): void;
}

/**
 * Stripe's rules for `Idempotency-Key` in API v1 (docs.stripe.com/api/idempotent_requests): status
 * and body of the first request are stored once its execution began, errors and 500s included.
 * Other parameters under the same key are a 400, a request while the first one runs is a 409, and
 * what did not pass validation is not stored.
 */
export function createIdempotencyKeys(): IdempotencyKeys {
  const entries = new Map<string, { parameters: string; answer: WireAnswer | 'in flight' }>();
  return {
    async run(key, parameters, execute) {
      const known = entries.get(key);
      if (known && known.parameters !== parameters) return keyReused(key);
      if (known?.answer === 'in flight') return keyInUse(key);
      if (known) {
        const headers = { ...known.answer.headers, 'idempotent-replayed': 'true' };
        return { ...known.answer, headers };
      }
      entries.set(key, { parameters, answer: 'in flight' });
      try {
        const answer = await execute();
        if (wasExecuted(answer)) entries.set(key, { parameters, answer });
        else entries.delete(key);
        return answer;
      } catch (error) {
        entries.delete(key);
        throw error;
      }
    },
    forget: () => entries.clear(),
  };
}

/** Stripe stores what came of an execution: success, a card's refusal, its own failure. */
function wasExecuted({ status }: WireAnswer): boolean {
  return status < 400 || status === 402 || status >= 500;
}
