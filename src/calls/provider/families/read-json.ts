export { parseJson } from '../../../wire/json.ts';

/** Fields of JSON from outside, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object's fields; none where the value is no object. */
export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** A list's items as fields; none where the value is no list. */
export function asList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(asFields) : [];
}

/** A string as it is; empty where the value is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A count of tokens, also where it came as text; `undefined` where there is none. */
export function countIn(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
