import { isJsonObject, parseJson } from '../../../wire/json.ts';
import { readValue } from '../../answers/read-value.ts';

export { parseJson };

/** Fields of JSON from outside, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields around an answer that no decision and no value is read from: relays add their own beside them. */
const around = new Set(
  'id object created created_at model modelVersion responseId system_fingerprint service_tier provider type'.split(
    ' ',
  ),
);

/**
 * An answer's envelope, in which no number is another one: what no double holds is its digits, as text. A
 * provider may write the arguments of a tool call as JSON of its own.
 *
 * @returns its fields, and whether a field that counts stands in it twice: nobody knows which is meant.
 */
export function readEnvelope(
  text: string,
): { readonly fields: Fields; readonly isAmbiguous: boolean } | undefined {
  const parsed = parseJson(text);
  if (!isJsonObject(parsed)) return undefined;
  const asItIs = { fields: parsed, isAmbiguous: false };
  // Reading digit by digit takes ten times as long, and almost none needs it.
  const isPlain = !beyondDoubles.test(text) && propertiesIn(text) === propertiesOf(parsed);
  if (isPlain) return asItIs;
  try {
    const { value, repeated } = readValue(text, 0);
    const counts = repeated.filter(
      ([name, ...inside]) => inside.length > 0 || !around.has(`${name}`),
    );
    return { fields: asFields(value), isAmbiguous: counts.length > 0 };
  } catch {
    // Nested deeper than any answer is.
    return asItIs;
  }
}

/** What a number looks like that no double may hold: 16 digits before its point, or a power of ten. */
const beyondDoubles = /(?<![\d.])\d{16}|\de(\+?\d|-\d{3})/i;

/** How many properties a text that is JSON spells out. */
function propertiesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at = endOfString(text, at);
    while (text.charCodeAt(at) <= 0x20) at += 1;
    if (text[at] === ':') count += 1;
  }
  return count;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    let before = at - 1;
    while (text[before] === '\\') before -= 1;
    if ((at - before) % 2 === 1) return at + 1;
  }
}

/** How many properties JSON.parse has kept, which reads what is nested deeper than calls may be. */
function propertiesOf(value: unknown): number {
  let count = 0;
  const values = [value];
  // It grows while it is gone through.
  for (const each of values) {
    if (typeof each !== 'object' || each === null) continue;
    const parts = Object.values(each);
    if (!Array.isArray(each)) count += parts.length;
    for (const part of parts) values.push(part);
  }
  return count;
}

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
