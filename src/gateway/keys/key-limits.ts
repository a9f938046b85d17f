import { z } from 'zod';
import { type ExactAmount, parseAmount } from '../../policies/budget-price.ts';
import { currencySchema, decimalSchema } from '../../policies/budget-schema.ts';

/** What a key may use; a field that is left out limits nothing. */
export const keyLimitsSchema = z.strictObject({
  requestsPerMinute: z.int().min(1).optional(),
  tokensPerMinute: z.int().min(1).optional(),
  /** Money in a window of the calendar, in UTC. */
  budget: z
    .strictObject({
      amount: decimalSchema,
      currency: currencySchema,
      per: z.enum(['day', 'month']),
    })
    .optional(),
  /** Models that may be asked, as `<provider>:<model>`; a `*` at the end stands for any rest. */
  models: z.array(z.string()).optional(),
});

/** See {@link keyLimitsSchema}. */
export type KeyLimits = z.infer<typeof keyLimitsSchema>;

/** The budget of a key as a batch keeps it, with whom its lines are charged to. */
export type KeyBudget = NonNullable<KeyLimits['budget']> & { readonly keyId: string };

/** Whether a key may ask for a model. */
export function mayUse({ models }: KeyLimits, model: string): boolean {
  return (
    models === undefined ||
    models.some((pattern) =>
      pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern,
    )
  );
}

/** Names a window of the calendar, in UTC: `minute/29401234`, `day/2026-11-27`, `month/2026-11`. */
export function windowOf(per: 'minute' | 'day' | 'month', nowMs: number): string {
  const date = new Date(nowMs).toISOString();
  switch (per) {
    case 'minute':
      return `minute/${Math.floor(nowMs / 60_000)}`;
    case 'day':
      return `day/${date.slice(0, 10)}`;
    case 'month':
      return `month/${date.slice(0, 7)}`;
  }
}

/** How long until the window is over. */
export function windowLeftMs(per: 'minute' | 'day' | 'month', nowMs: number): number {
  if (per === 'minute') return 60_000 - (nowMs % 60_000);
  const date = new Date(nowMs);
  const end =
    per === 'day'
      ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
      : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return end - nowMs;
}

/** An exact amount in 10^-9 of its unit, rounded up: what a column of whole numbers holds. */
export function nanoOf(amount: ExactAmount): number {
  return Number((amount + 999n) / 1000n);
}

/** A budget's amount in 10^-9 of its unit. */
export function nanoOfDecimal(decimal: string): number {
  return nanoOf(parseAmount(decimal));
}
