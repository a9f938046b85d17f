import { z } from 'zod';

/** What may be charged without asking a person. */
export interface ChargeLimits {
  /** In major units, as a plain decimal. */
  readonly maximumAutoCharge: string;
  /** ISO 4217 in lower case. */
  readonly currencies: readonly string[];
}

/** The variables of the application of orders. */
export const orderVariables = z.object({
  MAX_AUTO_CHARGE: z
    .string()
    .regex(/^\d+(\.\d{1,3})?$/, 'must be a decimal number such as 500.00')
    .optional()
    .describe('Charges above this need an approval. Default 500, with live keys 0.'),
  HOLDFAST_CURRENCIES: z
    .string()
    .regex(/^[a-z]{3}(,[a-z]{3})*$/, 'must be a list such as eur,usd')
    .default('eur,usd,gbp,chf,jpy,kwd')
    .describe('Currencies charged without an approval.'),
});

/** The limits as the environment has them: with a live key of Stripe, real money waits for a person. */
export const chargeLimits = orderVariables
  .extend({ STRIPE_SECRET_KEY: z.string().default('') })
  .transform(
    ({ MAX_AUTO_CHARGE, HOLDFAST_CURRENCIES, STRIPE_SECRET_KEY }): ChargeLimits => ({
      maximumAutoCharge: MAX_AUTO_CHARGE ?? (/^[sr]k_live_/.test(STRIPE_SECRET_KEY) ? '0' : '500'),
      currencies: HOLDFAST_CURRENCIES.split(','),
    }),
  );
