import { currencyRule, type Money } from '../wire/money.ts';

/** Why a text is no amount that could be charged without asking. A closed list: no text from outside. */
export type MoneyProblem =
  | 'the currency is ambiguous'
  | 'the currency is unknown'
  | 'the amount is not a number'
  | 'the amount is ambiguous: its separator may mark thousands or decimals'
  | 'the amount is negative'
  | 'the amount is zero'
  | 'the amount has more decimals than the currency'
  | 'the amount cannot be charged in this currency'
  | 'the amount is too large';

/** An amount, or why there is none. */
export type ParsedMoney =
  | { readonly money: Money; readonly problem?: never }
  | { readonly money?: never; readonly problem: MoneyProblem };

/**
 * Makes integer minor units of an amount as people write it. Exact: digits are moved as text, never
 * through a floating point number. What two readers could read as two amounts is refused.
 *
 * @param amount for example `1200.50`, `1.234,50`, `1,234.50`, `1 234,50`, `1'234.50`, `1.234.567`.
 * @param currency ISO 4217 in any case, or `€`, the only symbol of just one currency.
 */
export function parseMoney(amount: string, currency: string): ParsedMoney {
  const code = parseCurrency(currency);
  if ('problem' in code) return code;
  const rule = currencyRule(code.code);
  if (rule === undefined) return { problem: 'the currency is unknown' };
  const number = parseDecimal(amount);
  if ('problem' in number) return number;
  // Zeros beyond the smallest unit say nothing: 100.00 yen are 100 yen.
  const fraction = number.fraction.replace(/0+$/, '').padEnd(rule.decimals, '0');
  if (fraction.length > rule.decimals) {
    return { problem: 'the amount has more decimals than the currency' };
  }
  const minor = BigInt(number.whole + fraction);
  if (minor === 0n) return { problem: 'the amount is zero' };
  if (minor > BigInt(Number.MAX_SAFE_INTEGER)) return { problem: 'the amount is too large' };
  if (minor % BigInt(rule.multipleOf) !== 0n) {
    return { problem: 'the amount cannot be charged in this currency' };
  }
  return { money: { amountMinor: Number(minor), currency: code.code } };
}

/** Symbols and words that several currencies go by: a guess could be wrong by a factor of 100. */
const ambiguousNames =
  /^(\$|£|¥|₤|kr\.?|fr\.?|rs\.?|dollars?|pounds?|francs?|pesos?|rupees?|crowns?|kron[ae]r?|dinars?)$/i;

function parseCurrency(text: string): { code: string } | { problem: MoneyProblem } {
  const name = text.trim();
  if (name === '€') return { code: 'eur' };
  if (ambiguousNames.test(name)) return { problem: 'the currency is ambiguous' };
  if (!/^[a-z]{3}$/i.test(name)) return { problem: 'the currency is unknown' };
  return { code: name.toLowerCase() };
}

type Decimal = { whole: string; fraction: string } | { problem: MoneyProblem };

/** Spaces of any width and apostrophes only ever separate thousands. */
const spaces = /[ '’\u00a0\u2009\u202f]/g;

function parseDecimal(text: string): Decimal {
  const trimmed = text.trim();
  if (/^[-−–]\s*\d/.test(trimmed)) return { problem: 'the amount is negative' };
  const number = trimmed.replace(spaces, ' ');
  const separators = number.replace(/[0-9]/g, '');
  if (!/^\d+(?:[ .,]\d+)*$/.test(number)) return { problem: 'the amount is not a number' };
  const points = new Set(separators.replaceAll(' ', ''));
  const last = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const once = last >= 0 && number.indexOf(number.charAt(last)) === last;
  // `1.234.567`: a separator that comes twice cannot be the decimal one.
  const whole = once ? number.slice(0, last) : number;
  const fraction = once ? number.slice(last + 1) : '';
  if (fraction.includes(' ')) return { problem: 'the amount is not a number' };
  if (!isGrouped(whole)) return { problem: 'the amount is not a number' };
  const single = points.size === 1 && once && /^[.,]$/.test(separators);
  if (single && fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole)) {
    return { problem: 'the amount is ambiguous: its separator may mark thousands or decimals' };
  }
  return { whole: whole.replace(/\D/g, ''), fraction };
}

/** Plain digits, or groups of three behind one and the same separator. */
function isGrouped(whole: string): boolean {
  return /^\d+$/.test(whole) || /^\d{1,3}([ .,])\d{3}(?:\1\d{3})*$/.test(whole);
}
