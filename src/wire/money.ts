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

/**
 * How Stripe counts currencies (https://docs.stripe.com/currencies). Not ISO 4217's table: the two
 * differ by a factor of 100 for UGX and ISK.
 */

/** Counted in whole units: 500 is 500 JPY. */
const zeroDecimal = codes('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf');
/** Counted in thousandths, the last of which must be 0 to be charged. */
const threeDecimal = codes('bhd jod kwd omr tnd');
/** Counted in hundredths for old times' sake, though only whole units can be charged. */
const wholeUnitsOnly = codes('isk ugx');
const twoDecimal = codes(`
  usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf
  chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr
  ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn
  nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd
  std szl thb tjs top try ttd twd tzs uah uyu uzs wst xcd xcg yer zar zmw`);

/** How one currency is counted. */
interface CurrencyRule {
  /** Digits of the smallest unit: `amountMinor` is the amount times ten to this power. */
  readonly decimals: number;
  /** What `amountMinor` must be divisible by to be charged. */
  readonly multipleOf: number;
}

/** The rule of a currency (ISO 4217, lower case), or `undefined` where Stripe does not have it. */
export function currencyRule(currency: string): CurrencyRule | undefined {
  if (zeroDecimal.has(currency)) return { decimals: 0, multipleOf: 1 };
  if (threeDecimal.has(currency)) return { decimals: 3, multipleOf: 10 };
  if (wholeUnitsOnly.has(currency)) return { decimals: 2, multipleOf: 100 };
  if (twoDecimal.has(currency)) return { decimals: 2, multipleOf: 1 };
  return undefined;
}

function codes(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
