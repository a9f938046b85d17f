/** An amount as payment providers count it. */
export interface Money {
  /** In the currency's smallest unit: cents, yen, a thousandth of a dinar. */
  readonly amountMinor: number;
  /** ISO 4217, lower case as Stripe writes it. */
  readonly currency: string;
}

/** What may be charged without asking a person. */
export interface ChargeLimits {
  /** In major units, as a plain decimal. */
  readonly maximumAutoCharge: string;
  /** ISO 4217 in lower case. */
  readonly currencies: readonly string[];
}
