import { isTwice, type Problem } from '../../batch/input/read-lines.ts';
import { type ReadOptions, readRequests } from '../../batch/input/read-requests.ts';
import { seenIds } from '../../batch/input/seen-ids.ts';
import type { Config } from '../../config.ts';
import { costOf, formatAmount } from '../../policies/budget-price.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import { formatCount, formatDuration } from '../format.ts';

/** What a batch costs at most, if every line is answered the first time. */
export interface Forecast {
  readonly lines: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Decimal strings, by currency. */
  readonly cost: Readonly<Record<string, string>>;
  /** Models that have no price here. */
  readonly withoutPrice: readonly string[];
  /** At the limits that are known beforehand; absent where none is. */
  readonly leastMs?: number;
}

/** Checks a file, and adds up what it asks for; nothing is stored or sent. */
export async function forecastBatch(
  file: string,
  options: ReadOptions,
  { prices }: Pick<ModelPolicy, 'prices'>,
  { rateLimits }: Pick<Config, 'rateLimits'>,
): Promise<Forecast> {
  using ids = seenIds();
  const byModel = new Map<string, { lines: number; inputTokens: number; outputTokens: number }>();
  const lines = await readRequests(file, options, async (some) => {
    const wrong = new Map<number, Problem>();
    for (const each of some) {
      const { line, customId, model, most } = each;
      const other = ids.add(customId, line);
      if (other !== undefined) wrong.set(line, isTwice(each, other));
      const sum = byModel.get(model) ?? { lines: 0, inputTokens: 0, outputTokens: 0 };
      byModel.set(model, {
        lines: sum.lines + 1,
        inputTokens: sum.inputTokens + most.inputTokens,
        outputTokens: sum.outputTokens + most.outputTokens,
      });
    }
    return wrong;
  });
  const cost = new Map<string, bigint>();
  const withoutPrice: string[] = [];
  let leastMs = 0;
  for (const [model, sum] of byModel) {
    const price = prices[model];
    if (price) {
      const { currency } = price;
      cost.set(currency, (cost.get(currency) ?? 0n) + costOf(sum, price));
    } else withoutPrice.push(model);
    const limits = rateLimits[model] ?? rateLimits[model.split(':')[0] ?? ''];
    const minutes = [
      limits?.requestsPerMinute ? sum.lines / limits.requestsPerMinute : 0,
      limits?.tokensPerMinute ? (sum.inputTokens + sum.outputTokens) / limits.tokensPerMinute : 0,
    ];
    leastMs = Math.max(leastMs, ...minutes.map((each) => each * 60_000));
  }
  const total = (of: 'inputTokens' | 'outputTokens') =>
    [...byModel.values()].reduce((sum, each) => sum + each[of], 0);
  return {
    ...{ lines, inputTokens: total('inputTokens'), outputTokens: total('outputTokens') },
    cost: Object.fromEntries([...cost].map(([name, amount]) => [name, formatAmount(amount)])),
    withoutPrice,
    ...(leastMs > 0 && { leastMs: Math.round(leastMs) }),
  };
}

/** The same for people. */
export function describeForecast(forecast: Forecast): string {
  const { lines, inputTokens, outputTokens, cost, withoutPrice, leastMs } = forecast;
  const amounts = Object.entries(cost).map(([currency, amount]) => `${amount} ${currency}`);
  return [
    `${formatCount(lines)} lines, all of them in order; nothing was sent.`,
    `At most about ${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out, if each is answered the first time.`,
    ...(amounts.length > 0 ? [`That costs at most ${amounts.join(' and ')}.`] : []),
    ...(withoutPrice.length > 0
      ? [`No price is known of ${withoutPrice.join(', ')} (--set model.prices, docs/retries.md).`]
      : []),
    leastMs === undefined
      ? 'How long it takes is not known: no rate limits are (HOLDFAST_RATE_LIMITS).'
      : `At the known limits it takes at least ${formatDuration(leastMs)}.`,
  ].join('\n');
}
