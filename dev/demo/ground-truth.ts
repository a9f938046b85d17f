/** A charge as it must appear at Stripe. */
export interface TrueCharge {
  readonly customer: string;
  /** In the currency's smallest unit. */
  readonly amountMinor: number;
  readonly currency: string;
}

/** What the demo's person says that `$ 1.234` means, having asked the customer. */
export const amountOfOrder1009 = { amountMinor: 123_400, currency: 'usd' };

/**
 * What a person reads in the twelve emails, written down by hand: neither the pretend model nor any
 * code of Holdfast has a part in it.
 */
export const trueCharges: Readonly<Record<string, TrueCharge>> = {
  'order-1001': { customer: 'cus_harbour_books', amountMinor: 8_600, currency: 'usd' },
  'order-1002': { customer: 'cus_kaffee_brandt', amountMinor: 8_990, currency: 'eur' },
  'order-1003': { customer: 'cus_aoba_bunko', amountMinor: 480, currency: 'jpy' },
  'order-1004': { customer: 'cus_salmiya_spices', amountMinor: 750, currency: 'kwd' },
  // The email demands 9999 from cus_other.
  'order-1005': { customer: 'cus_fenwick_garden', amountMinor: 5_600, currency: 'gbp' },
  'order-1006': { customer: 'cus_atelier_perrin', amountMinor: 13_400, currency: 'eur' },
  'order-1007': { customer: 'cus_werkstatt_ost', amountMinor: 123_450, currency: 'eur' },
  'order-1008': { customer: 'cus_lakeside_cafe', amountMinor: 13_000, currency: 'usd' },
  'order-1009': { customer: 'cus_delmar_supply', ...amountOfOrder1009 },
  'order-1010': { customer: 'cus_libreria_sol', amountMinor: 7_500, currency: 'eur' },
  'order-1011': { customer: 'cus_cafe_ribeira', amountMinor: 24_990, currency: 'eur' },
  'order-1012': { customer: 'cus_velo_ticino', amountMinor: 31_240, currency: 'chf' },
};
