import { isJsonObject, type Json, type JsonObject } from '../../wire/json.ts';

/** Deeper is a schema that contains itself. */
const maximumDepth = 20;

/** A value that a plain JSON Schema is likely to take: the first, shortest and smallest of all. */
export function sampleValue(schema: JsonObject): Json {
  return sample(schema, schema, 0);
}

function sample(part: Json | undefined, root: JsonObject, depth: number): Json {
  if (!isJsonObject(part) || depth > maximumDepth) return null;
  const { $ref, enum: listed, anyOf, oneOf, properties } = part;
  for (const given of ['const', 'default']) {
    const value = part[given];
    if (value !== undefined) return value;
  }
  if (Array.isArray(listed)) return listed[0] ?? null;
  if (typeof $ref === 'string') return sample(at(root, $ref), root, depth + 1);
  const [first] = [anyOf, oneOf].flatMap((choices) => (Array.isArray(choices) ? choices : []));
  if (first !== undefined) return sample(first, root, depth + 1);
  const inside = (inner: Json | undefined) => sample(inner, root, depth + 1);
  switch ([part.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isJsonObject(properties) ? properties : {}).map(([name, inner]) => [
          name,
          inside(inner),
        ]),
      );
    case 'array':
      return Array.isArray(part.prefixItems) ? part.prefixItems.map(inside) : [inside(part.items)];
    case 'string':
      return formats[String(part.format)] ?? '1'.repeat(Math.max(1, Number(part.minLength ?? 1)));
    case 'number':
    case 'integer':
      return Math.max(1, Number(part.minimum ?? part.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00',
  email: 'a@example.com',
  uri: 'https://example.com',
  uuid: '00000000-0000-4000-8000-000000000000',
};

function at(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith('#')) return undefined;
  const keys = reference.split('/').slice(1);
  return keys.reduce<Json | undefined>(
    (part, key) =>
      isJsonObject(part) ? part[key.replaceAll('~1', '/').replaceAll('~0', '~')] : part,
    root,
  );
}
