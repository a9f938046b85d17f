/** An amount as payment providers count it. */
export interface Money {
  /** In the currency's smallest unit: cents, yen, a thousandth of a dinar. */
  readonly amountMinor: number;
  /** ISO 4217, lower case as Stripe writes it. */
  readonly currency: string;
}
