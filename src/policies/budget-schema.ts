import { z } from 'zod';

/** An amount of money as people write it; never a floating-point number. */
export const decimalSchema = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be a decimal string such as "0.15"');

/** An ISO 4217 code in lower case. */
export const currencySchema = z.string().regex(/^[a-z]{3}$/, 'must be a currency such as "usd"');

/** What a model's tokens cost. */
export const priceSchema = z.strictObject({
  inputPerMillion: decimalSchema.describe('Price of a million input tokens, a decimal string.'),
  outputPerMillion: decimalSchema.describe('Price of a million output tokens, a decimal string.'),
  currency: currencySchema.describe('Of both prices, for example "usd".'),
});

/** See the field descriptions in {@link priceSchema}. */
export type Price = z.infer<typeof priceSchema>;

const cap = z.int().min(1).optional();

/** What may be spent; a field that is left out caps nothing. */
export const budgetSchema = z.strictObject({
  maximumAttempts: cap.describe('Attempts in all, of all calls and repairs.'),
  maximumElapsedMs: cap.describe('Time in calls, waits between attempts included, the gate not.'),
  maximumTokens: cap.describe('Tokens in and out; the call that crosses it is the last.'),
  maximumCost: z
    .strictObject({ amount: decimalSchema, currency: currencySchema })
    .optional()
    .describe('Money, by the prices given; the call that crosses it is the last.'),
});

/** See the field descriptions in {@link budgetSchema}. */
export type Budget = z.infer<typeof budgetSchema>;
