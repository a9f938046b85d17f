import { isJsonObject, type Json, type JsonObject } from '../../wire/json.ts';

const maps = new Set('properties patternProperties dependentSchemas $defs definitions'.split(' '));
const lists = new Set('anyOf oneOf allOf prefixItems'.split(' '));
const singles = new Set(
  'items additionalProperties additionalItems unevaluatedItems unevaluatedProperties contains propertyNames not if then else'.split(
    ' ',
  ),
);

/** The schemas directly inside one keyword's value; values of `enum` and the like are none. */
export function subschemas(keyword: string, value: Json): readonly Json[] {
  if (maps.has(keyword)) return isJsonObject(value) ? Object.values(value) : [];
  if (lists.has(keyword)) return Array.isArray(value) ? value : [];
  return singles.has(keyword) ? [value] : [];
}

/**
 * A JSON Schema without what a provider refuses. The answer is checked with the whole schema
 * afterwards, so what is left out here only makes the model's task less clear.
 *
 * @param keeps whether a keyword with this value is sent; asked at every level.
 */
export function pruneSchema(
  schema: JsonObject,
  keeps: (keyword: string, value: Json) => boolean,
): JsonObject {
  const kept = Object.entries(schema).filter(([keyword, value]) => keeps(keyword, value));
  return mapSubschemas(Object.fromEntries(kept), (inner) => pruneSchema(inner, keeps));
}

/** Holdfast's own mark on numbers, which means nothing to others; some refuse what they do not know. */
export function withoutMark(schema: JsonObject): JsonObject {
  return pruneSchema(schema, (keyword, value) => keyword !== 'exact' || typeof value !== 'boolean');
}

/** A schema with every schema directly inside it changed. */
export function mapSubschemas(
  schema: JsonObject,
  change: (inner: JsonObject) => JsonObject,
): JsonObject {
  const changed = (value: Json): Json => (isJsonObject(value) ? change(value) : value);
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (maps.has(keyword) && isJsonObject(value)) {
        const inside = Object.entries(value).map(
          ([name, inner]) => [name, changed(inner)] as const,
        );
        return [keyword, Object.fromEntries(inside)];
      }
      if (!lists.has(keyword) && !singles.has(keyword)) return [keyword, value];
      return [keyword, Array.isArray(value) ? value.map(changed) : changed(value)];
    }),
  );
}
