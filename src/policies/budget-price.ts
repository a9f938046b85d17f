import type { Price } from './budget-schema.ts';

/** Most digits after the point of a price, as providers print them. */
const priceDigits = 6;
/** A price is for 10^6 tokens. */
const perTokensDigits = 6;
/** Costs are exact integers of 10^-12 of the currency's unit: price digits and the million together. */
const costDigits = priceDigits + perTokensDigits;

/** An amount of money, in 10^-12 of its currency's unit. */
export type ExactAmount = bigint;

/** Reads a decimal string: at most six digits after the point. */
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
