import { z } from 'zod';

/** Most digits after the point of a price, as providers print them. */
const priceDigits = 6;
/** A price is for 10^6 tokens. */
const perTokensDigits = 6;
/** Costs are exact integers of 10^-12 of the currency's unit: price digits and the million together. */
const costDigits = priceDigits + perTokensDigits;

/** An amount of money as people write it; never a floating-point number. */
export const decimalSchema = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/, 'must be a decimal string such as "0.15"');

/** An ISO 4217 code in lower case. */
export const currencySchema = z.string().regex(/^[a-z]{3}$/, 'must be a currency such as "usd"');

/** What a model's tokens cost. */
export const priceSchema = z.lazy(() =>
  z.strictObject({
    inputPerMillion: decimalSchema.describe('Price of a million input tokens, a decimal string.'),
    outputPerMillion: decimalSchema.describe('Price of a million output tokens, a decimal string.'),
    currency: currencySchema.describe('Of both prices, for example "usd".'),
  }),
);

/** See the field descriptions in {@link priceSchema}. */
export type Price = z.infer<typeof priceSchema>;

/** An amount of money, in 10^-12 of its currency's unit. */
export type ExactAmount = bigint;

/** Reads a decimal string that {@link decimalSchema} accepts. */
export function parseAmount(decimal: string): ExactAmount {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(costDigits, '0'));
}

/** A decimal string with at least two digits after the point, and no more than it needs. */
export function formatAmount(amount: ExactAmount): string {
  const digits = amount.toString().padStart(costDigits + 1, '0');
  const fraction = digits.slice(-costDigits).replace(/0+$/, '');
  return `${digits.slice(0, -costDigits)}.${fraction.padEnd(2, '0')}`;
}

/** What tokens cost, exactly. */
export function costOf(
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
  { inputPerMillion, outputPerMillion }: Price,
): ExactAmount {
  const perToken = (price: string) => parseAmount(price) / 10n ** BigInt(perTokensDigits);
  return (
    BigInt(tokens.inputTokens) * perToken(inputPerMillion) +
    BigInt(tokens.outputTokens) * perToken(outputPerMillion)
  );
}
