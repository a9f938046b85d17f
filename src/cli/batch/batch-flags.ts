import { nanoOfDecimal } from '../../gateway/keys/key-limits.ts';
import type { ModelPolicy } from '../../policies/retry-policy.ts';
import type { BatchRules } from '../../wire/batch.ts';
import { usageError } from '../command-error.ts';
import type { PolicyFlags } from '../load-policies.ts';
import type { JsonOption } from '../output.ts';

/** Flags of `holdfast batch run`. */
export interface BatchRunFlags extends PolicyFlags, JsonOption {
  readonly out: string;
  readonly model?: string;
  readonly concurrency?: string;
  readonly maxRate?: string;
  readonly maxCost?: string;
  readonly priority?: string;
  readonly tenant?: string;
  readonly retryFailed?: boolean;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly schema?: string;
  readonly dryRun?: boolean;
  readonly via?: string;
  readonly then?: string;
  readonly poll?: string;
}

/** Requests in flight where nobody says otherwise: what one worker runs at once. */
const usualConcurrency = 1000;

/**
 * What of the flags rules a batch.
 *
 * @throws CommandError `usage`
 */
export function limitsFrom({
  concurrency,
  maxRate,
  maxCost,
  priority,
  ...flags
}: BatchRunFlags): Omit<BatchRules, 'policy'> {
  const [, amount] = /^(\d+(?:\.\d{1,6})?)[a-z]{3}$/i.exec(maxCost ?? '') ?? [];
  if (maxCost !== undefined && amount === undefined) {
    throw usageError(`--max-cost must be like 5usd or 12.50eur, not ${maxCost}`);
  }
  if (priority !== undefined && priority !== 'low' && priority !== 'normal') {
    throw usageError(`--priority is low or normal, not ${priority}`);
  }
  return {
    ...(priority === 'low' && { isLow: true }),
    concurrency: whole('--concurrency', concurrency) ?? usualConcurrency,
    ...(maxRate !== undefined && { requestsPerMinute: whole('--max-rate', maxRate) ?? 1 }),
    ...(amount !== undefined && { maximumCostNano: nanoOfDecimal(amount) }),
    ...viaFrom(flags),
  };
}

function viaFrom(
  flags: Omit<BatchRunFlags, 'maxCost' | 'priority'>,
): Pick<BatchRules, 'viaBatchApi'> {
  const { via, then, poll, schema } = flags;
  if (via !== undefined && via !== 'batch-api') {
    throw usageError(`--via must be batch-api, not ${via}; without it lines are asked live`);
  }
  if (then !== undefined && (then !== 'live' || via === undefined)) {
    throw usageError('--then must be live, and goes with --via batch-api');
  }
  if (via === undefined) return {};
  if (schema !== undefined) {
    throw usageError(
      '--via batch-api checks no answers: --schema goes with lines that are asked live',
    );
  }
  const pollMs = (whole('--poll', poll) ?? 60) * 1000;
  return { viaBatchApi: { submits: true, thenLive: then === 'live', pollMs } };
}

/**
 * What `--max-cost` needs of a model: a price, in its currency. Without one its lines would cost nothing.
 *
 * @returns throws CommandError `usage` for a model that lacks it.
 */
export function pricedFor({ maxCost }: BatchRunFlags, prices: ModelPolicy['prices']) {
  const currency = maxCost?.slice(-3).toLowerCase();
  return (model: string): void => {
    if (currency === undefined || prices[model]?.currency === currency) return;
    const what = prices[model] ? `has one in ${prices[model].currency}` : 'has none';
    throw usageError(
      `--max-cost needs the price of each model in ${currency}, and ${model} ${what} (--set model.prices, docs/retries.md)`,
    );
  };
}

function whole(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw usageError(`${flag} must be a whole number of at least 1, not ${text}`);
}
