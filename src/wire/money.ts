import { currencyRule } from './currencies.ts';

/** An amount as payment providers count it. */
export interface Money {
  /** In the currency's smallest unit: cents, yen, a thousandth of a dinar. */
  readonly amountMinor: number;
  /** ISO 4217, lower case as Stripe writes it. */
  readonly currency: string;
}

/** `1234.50 EUR`: no thousands separator, so that it reads the same everywhere. */
export function formatMoney({ amountMinor, currency }: Money): string {
  const decimals = currencyRule(currency)?.decimals ?? 0;
  const digits = String(amountMinor).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${whole}${fraction} ${currency.toUpperCase()}`;
}
