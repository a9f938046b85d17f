import type { Json, JsonObject } from '../../wire/json.ts';

/** A JSON Schema ready for zod, or the reason why it would not be checked as written. */
export type PreparedSchema =
  | { readonly schema: JsonObject; readonly draft: 'draft-2020-12' | 'draft-7' }
  | { readonly problem: string };

/**
 * Keywords that do not affect what is valid. `default` is left out with them: zod would add it to
 * answers that lack the property.
 */
const annotations = new Set(
  '$schema $id $comment title description examples default deprecated readOnly writeOnly contentEncoding contentMediaType'.split(
    ' ',
  ),
);
const compositions = ['anyOf', 'oneOf', 'allOf'];
/** Keywords that zod checks only where `type` is given, or not beside `$ref`, `enum` and `const`. */
const constraints = new Set(
  'properties required additionalProperties patternProperties propertyNames minProperties maxProperties items prefixItems additionalItems minItems maxItems uniqueItems contains minContains maxContains minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf'.split(
    ' ',
  ),
);
const others = new Set(['type', 'enum', 'const', '$ref', '$defs', 'definitions', ...compositions]);
const schemaMaps = new Set(['properties', 'patternProperties', '$defs', 'definitions']);
const schemas = new Set([
  ...compositions,
  ...['items', 'prefixItems', 'additionalItems', 'additionalProperties', 'propertyNames'],
  'contains',
]);

/**
 * Checks that every keyword of a JSON Schema will really be checked. zod converts what it knows and
 * passes over the rest in silence (a misspelled keyword, constraints without a `type`, `required`
 * names without a property): each of these would let wrong answers through, so each is refused.
 */
export function prepareJsonSchema(schema: JsonObject): PreparedSchema {
  const draft = 'definitions' in schema && !('$defs' in schema) ? 'draft-7' : 'draft-2020-12';
  try {
    return { schema: prepare(schema, '#') as JsonObject, draft };
  } catch (error) {
    if (error instanceof Unusable) return { problem: error.message };
    throw error;
  }
}

class Unusable extends Error {}

function prepare(schema: Json, at: string): Json {
  if (typeof schema === 'boolean') return schema;
  if (!isObject(schema)) throw new Unusable(`${at} is not a schema`);
  refuseWhatIsNotChecked(schema, at);
  const prepared: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue;
    prepared[keyword] = prepareKeyword(keyword, value, `${at}/${keyword}`);
  }
  // zod forgets minItems and maxItems of an array without `items`.
  const isArray = [schema.type].flat().includes('array');
  if (isArray && !('items' in schema) && !('prefixItems' in schema)) prepared.items = {};
  return prepared;
}

function prepareKeyword(keyword: string, value: Json, at: string): Json {
  if (schemaMaps.has(keyword)) {
    if (!isObject(value)) throw new Unusable(`${at} is not an object`);
    return Object.fromEntries(
      Object.entries(value).map(([name, sub]) => [name, prepare(sub, `${at}/${name}`)]),
    );
  }
  if (!schemas.has(keyword)) return value;
  if (!isArray(value)) return prepare(value, at);
  return value.map((sub, index) => prepare(sub, `${at}/${index}`));
}

function refuseWhatIsNotChecked(schema: JsonObject, at: string): void {
  const keywords = Object.keys(schema);
  const unknown = keywords.find(
    (k) => !annotations.has(k) && !constraints.has(k) && !others.has(k),
  );
  if (unknown !== undefined) throw new Unusable(`${at} has "${unknown}", which is not supported`);

  const checked = keywords.filter((keyword) => constraints.has(keyword));
  const composed = compositions.filter((keyword) => keyword in schema);
  const alone = ['$ref', 'enum', 'const'].find((keyword) => keyword in schema);
  const beside = alone === '$ref' ? [...checked, ...composed] : checked;
  if (alone && beside[0]) throw new Unusable(`${at} has "${beside[0]}" beside "${alone}"`);
  if (!alone && !('type' in schema)) {
    if (checked[0]) throw new Unusable(`${at} has "${checked[0]}" without "type"`);
    if (composed.length > 1)
      throw new Unusable(`${at} has ${composed.join(' and ')} without "type"`);
  }
  refuseKeywordValues(schema, at);
}

function refuseKeywordValues(schema: JsonObject, at: string): void {
  const { $ref, required = [], properties = {}, pattern } = schema;
  if ('$ref' in schema && !/^#(\/(\$defs|definitions)\/[^/]+)?$/.test(String($ref))) {
    throw new Unusable(`${at} refers to ${String($ref)}; only #/$defs/<name> can be followed`);
  }
  const listed =
    'enum' in schema ? schema.enum : 'const' in schema ? [schema.const ?? null] : [null];
  if (
    !isArray(listed) ||
    listed.length === 0 ||
    listed.some((v) => v !== null && typeof v === 'object')
  ) {
    throw new Unusable(`${at} lists values that are not plain strings, numbers, booleans or null`);
  }
  const names = isArray(required) ? required : ['(not a list)'];
  const missing = names.find(
    (name) => !isObject(properties) || !Object.hasOwn(properties, String(name)),
  );
  if (missing !== undefined) {
    throw new Unusable(`${at} requires "${String(missing)}", which its properties do not define`);
  }
  if ('patternProperties' in schema && isObject(schema.additionalProperties)) {
    throw new Unusable(`${at} has patternProperties and a schema for additionalProperties`);
  }
  if (typeof pattern === 'string' && /\\[pP]\{/.test(pattern)) {
    throw new Unusable(`${at} has a pattern with Unicode classes`);
  }
}

function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
