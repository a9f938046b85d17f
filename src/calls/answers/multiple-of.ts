/**
 * Whether a number is a multiple, by the decimals that are written: 19.99 is one of 0.01, though no
 * division of doubles says so.
 */
export function isMultipleOf(value: number, factor: number): boolean {
  const [a, b] = [decimals(value), decimals(factor)];
  const places = Math.max(a.places, b.places);
  const scaled = ({ digits, places: own }: Decimal) => digits * 10n ** BigInt(places - own);
  return scaled(a) % scaled(b) === 0n;
}

interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

function decimals(value: number): Decimal {
  const [mantissa = '', power = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const places = fraction.length - Number(power);
  const digits = BigInt(`${whole}${fraction}`);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}
