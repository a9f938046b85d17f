import { costOf } from '../policies/budget-price.ts';
import type { Price } from '../policies/budget-schema.ts';
import type { Usage } from '../policies/call-costs.ts';
import { nanoOf, nanoOfDecimal, windowLeftMs, windowOf } from './keys/key-limits.ts';
import type { GatewayKey, KeyStore, Use } from './store/key-store.ts';

/** What a request will use at most, by an estimate, until its answer says. */
export interface Estimate {
  readonly usage: Usage;
  readonly price: Price | undefined;
}

/** What a request used: `undefined` is nothing, and what is not known is taken at its estimate. */
export type Used = Usage | 'not known' | undefined;

/** Whether a key's request may go; `settle` puts what it used in the place of the estimate. */
export type Admission =
  | { readonly kind: 'go'; readonly settle: (used: Used) => Promise<void> }
  | { readonly kind: 'rate' | 'budget'; readonly reason: string; readonly waitMs: number };

const admitted: Admission = { kind: 'go', settle: async () => {} };

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
  const estimated = useOf(usage, price, budget?.currency);
  const taken: string[] = [];
  const take = (per: 'minute' | 'day' | 'month') => {
    const window = windowOf(per, nowMs);
    taken.push(window);
    return keys.use(id, window, estimated);
  };
  const giveBack = async (used: Use) => {
    for (const window of taken) await keys.use(id, window, difference(used, estimated));
  };
  const refused = async (kind: 'rate' | 'budget', reason: string, waitMs: number) => {
    await giveBack({ requests: 0, tokens: 0, costNano: 0 });
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
    if (price?.currency !== currency) {
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
  return {
    kind: 'go',
    async settle(used) {
      const isCounted = typeof used === 'object' && used.inputTokens + used.outputTokens > 0;
      if (isCounted) await giveBack(useOf(used, price, budget?.currency));
      else if (used === undefined) await giveBack({ requests: 1, tokens: 0, costNano: 0 });
    },
  };
}

function useOf(usage: Usage, price: Price | undefined, currency: string | undefined): Use {
  return {
    requests: 1,
    tokens: usage.inputTokens + usage.outputTokens,
    costNano: price && price.currency === currency ? nanoOf(costOf(usage, price)) : 0,
  };
}

function difference(used: Use, estimated: Use): Use {
  return {
    requests: used.requests - estimated.requests,
    tokens: used.tokens - estimated.tokens,
    costNano: used.costNano - estimated.costNano,
  };
}
