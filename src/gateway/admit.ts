import { costOf } from '../policies/budget-price.ts';
import type { Price } from '../policies/budget-schema.ts';
import type { Usage } from '../policies/call-costs.ts';
import { nanoOf, nanoOfDecimal, windowLeftMs, windowOf } from './keys/key-limits.ts';
import type { GatewayKey, KeyStore, Reserved, Use } from './store/key-store.ts';

/** What a request will use at most, by an estimate, until its answer says. */
export interface Estimate {
  readonly usage: Usage;
  readonly price: Price | undefined;
}

/** What a request used, over all its attempts. */
export interface Used {
  /** What providers have counted. */
  readonly usage: Usage;
  /** Attempts that nobody has counted, and that may have been billed: each is taken at the estimate. */
  readonly uncounted: number;
}

/** What was not sent, or failed unbilled. */
export const nothingUsed: Used = { usage: { inputTokens: 0, outputTokens: 0 }, uncounted: 0 };

/** Whether a key's request may go. */
export type Admission =
  | {
      readonly kind: 'go';
      /** The estimate, until its record says what it used; nothing where the key has no limits. */
      readonly reserved?: Reserved;
    }
  | { readonly kind: 'rate' | 'budget'; readonly reason: string; readonly waitMs: number };

const admitted: Admission = { kind: 'go' };

/**
 * Counts a request against its key's limits, over all gateways: one statement adds the estimate and
 * says what the sum is, so that two gateways never both believe that there was room.
 */
export async function admit(
  keys: KeyStore,
  { id, limits }: Pick<GatewayKey, 'id' | 'limits'>,
  { usage, price }: Estimate,
): Promise<Admission> {
  const { requestsPerMinute, tokensPerMinute, budget } = limits;
  if (requestsPerMinute === undefined && tokensPerMinute === undefined && !budget) return admitted;
  const nowMs = await keys.nowMs();
  const ownPrice = price?.currency === budget?.currency ? price : undefined;
  const estimated = useOf(usage, ownPrice);
  const taken: string[] = [];
  const reserved: Reserved = {
    ...{ keyId: id, windows: taken, use: estimated },
    ...(ownPrice && { price: ownPrice }),
  };
  const take = (per: 'minute' | 'day' | 'month') => {
    const window = windowOf(per, nowMs);
    taken.push(window);
    return keys.use(id, window, estimated);
  };
  const refused = async (kind: 'rate' | 'budget', reason: string, waitMs: number) => {
    await replace(keys, reserved, { requests: 0, tokens: 0, costNano: 0 });
    return { kind, reason, waitMs } as const;
  };

  if (requestsPerMinute !== undefined || tokensPerMinute !== undefined) {
    const { requests, tokens } = await take('minute');
    const waitMs = windowLeftMs('minute', nowMs);
    if (requests > (requestsPerMinute ?? Number.POSITIVE_INFINITY)) {
      return refused('rate', `the key allows ${requestsPerMinute} requests a minute`, waitMs);
    }
    // A single request that is larger than the whole minute may go when nothing else did.
    if (tokens > (tokensPerMinute ?? Number.POSITIVE_INFINITY) && tokens > estimated.tokens) {
      return refused('rate', `the key allows ${tokensPerMinute} tokens a minute`, waitMs);
    }
  }
  if (budget) {
    const { amount, currency, per } = budget;
    if (!ownPrice) {
      return refused(
        'budget',
        `the model has no price in ${currency}, which the key's budget needs`,
        0,
      );
    }
    const { costNano } = await take(per);
    if (costNano > nanoOfDecimal(amount)) {
      const reason = `the key's budget of ${amount} ${currency} a ${per} is used up`;
      return refused('budget', reason, windowLeftMs(per, nowMs));
    }
  }
  return { kind: 'go', reserved };
}

/** Puts what was used in the place of the estimate. */
export async function correct(
  keys: Pick<KeyStore, 'use'>,
  reserved: Reserved,
  { usage, uncounted }: Used,
): Promise<void> {
  const counted = useOf(usage, reserved.price);
  const { tokens, costNano } = reserved.use;
  await replace(keys, reserved, {
    requests: 1,
    tokens: counted.tokens + uncounted * tokens,
    costNano: counted.costNano + uncounted * costNano,
  });
}

async function replace(
  keys: Pick<KeyStore, 'use'>,
  { keyId, windows, use }: Reserved,
  used: Use,
): Promise<void> {
  for (const window of windows) await keys.use(keyId, window, difference(used, use));
}

function useOf(usage: Usage, price: Price | undefined): Use {
  return {
    requests: 1,
    tokens: usage.inputTokens + usage.outputTokens,
    costNano: price ? nanoOf(costOf(usage, price)) : 0,
  };
}

function difference(used: Use, estimated: Use): Use {
  return {
    requests: used.requests - estimated.requests,
    tokens: used.tokens - estimated.tokens,
    costNano: used.costNano - estimated.costNano,
  };
}
