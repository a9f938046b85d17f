/** What becomes of a number of JSON in a double. */
export type HeldNumber =
  /** Prints as it was written, but for its notation. */
  | { readonly kind: 'exact'; readonly value: number }
  /** A fraction with more digits than a double has. */
  | { readonly kind: 'rounded'; readonly value: number }
  /** Another number would arrive: too large to be exact, or too small to be told from 0. */
  | { readonly kind: 'not held' };

/** The smallest number that has all its digits. */
const smallestNormal = 2.2250738585072014e-308;

/**
 * Reads a number as JSON writes it. Above 2^53 a double skips whole numbers, so that an id would
 * come out as another one.
 */
export function holdNumber(text: string): HeldNumber {
  const value = Number(text);
  if (Number.isSafeInteger(value) && String(value) === text) return { kind: 'exact', value };
  const size = Math.abs(value);
  // Also infinite: then it was too large.
  if (size > Number.MAX_SAFE_INTEGER) return { kind: 'not held' };
  const isZero = !/[1-9]/.test(text.replace(/e.*/i, ''));
  if (size < smallestNormal && !isZero) return { kind: 'not held' };
  if (isZero || text === String(value)) return { kind: 'exact', value };
  const [written, held] = [decimalOf(text), decimalOf(String(value))];
  const isExact = written.digits === held.digits && written.exponent === held.exponent;
  if (isExact || !Number.isInteger(value)) return { kind: isExact ? 'exact' : 'rounded', value };
  const fraction = besideWhole(written, value);
  return fraction === undefined ? { kind: 'not held' } : { kind: 'rounded', value: fraction };
}

/**
 * The double for a fraction whose nearest one is whole: the next on the fraction's side. 1 would be taken
 * for the integer that was not written. `undefined` where doubles have no fractions any more.
 */
function besideWhole({ digits, exponent }: Decimal, whole: number): number | undefined {
  const isBeyond = digits.slice(0, exponent) === String(whole);
  const beside = whole * (1 + (isBeyond ? Number.EPSILON : -Number.EPSILON / 2));
  return Number.isInteger(beside) ? undefined : beside;
}

interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/**
 * Whether a number is a multiple, by the decimals that are written: 19.99 is one of 0.01, though no
 * division of doubles says so.
 */
export function isMultipleOf(value: number, factor: number): boolean {
  const [a, b] = [decimalOf(String(value)), decimalOf(String(factor))];
  const least = Math.min(a.exponent, b.exponent);
  const scaled = ({ digits, exponent }: ReturnType<typeof decimalOf>) =>
    BigInt(digits) * 10n ** BigInt(exponent - least);
  return scaled(a) % scaled(b) === 0n;
}

/** `-12.50e1` is -125 x 10^0: digits without zeros at either end, and the power of ten. */
function decimalOf(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^(-?)0+/, '$1');
  const significant = withoutZerosAtEnd(digits);
  return {
    digits: significant,
    exponent: Number(power) - fraction.length + (digits.length - significant.length),
  };
}

/** A pattern for zeros at the end would try anew at each zero before. */
function withoutZerosAtEnd(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
