import { z } from 'zod';
import type { Money } from '../wire/money.ts';
import { parseMoney } from './money.ts';

/** What may be charged without asking a person, an amount for each currency; none in any other. */
export type ChargeLimits = readonly Money[];

const usualLimits = '500 EUR, 500 USD, 500 GBP, 500 CHF, 75000 JPY, 150.00 KWD';

/** The variables of the application of orders. */
export const orderVariables = z.object({
  MAX_AUTO_CHARGE: z
    .string()
    .optional()
    .describe(
      `Charges above these amounts, and in any other currency, need an approval; 0: all do. Default ${usualLimits}; with live keys 0.`,
    ),
});

/** The limits as the environment has them: with a live key of Stripe, real money waits for a person. */
export const chargeLimits = orderVariables
  .extend({ STRIPE_SECRET_KEY: z.string().default('') })
  .transform(({ MAX_AUTO_CHARGE, STRIPE_SECRET_KEY }, context): ChargeLimits => {
    const isLive = /^[sr]k_live_/.test(STRIPE_SECRET_KEY);
    const { limits, problem } = readLimits(MAX_AUTO_CHARGE ?? (isLive ? '0' : usualLimits));
    if (problem) {
      context.addIssue({ code: 'custom', path: ['MAX_AUTO_CHARGE'], message: problem });
    }
    return limits;
  });

function readLimits(text: string): { limits: Money[]; problem?: string } {
  const limits: Money[] = [];
  if (text.trim() === '0') return { limits };
  for (const entry of text.split(',')) {
    // A number alone would be another amount of money in each currency: 500 KWD are 1,600 USD.
    const [, amount = '', currency = ''] = /^(\S+)\s+([a-z]{3})$/i.exec(entry.trim()) ?? [];
    if (currency === '') {
      return { limits, problem: 'must name amounts with their currencies, as 500 EUR, 550.00 USD' };
    }
    const { money, problem } = parseMoney(amount, currency);
    if (!money) return { limits, problem: `${amount} ${currency}: ${problem}` };
    if (limits.some((limit) => limit.currency === money.currency)) {
      return { limits, problem: `${currency}: must have one amount` };
    }
    limits.push(money);
  }
  return { limits };
}
