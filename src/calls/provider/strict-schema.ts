import { isJsonObject, type Json, type JsonObject } from '../../wire/json.ts';
import { mapSubschemas, pruneSchema, subschemas } from './prune-schema.ts';

/**
 * A schema for OpenAI's strict mode, where its documented rules allow it ("Structured Outputs,
 * supported schemas"): an object at the root, every object closed, every property required. Checks
 * outside of the subset (lengths of strings, unknown formats) are left out of what is sent: the
 * answer is checked with the whole schema afterwards anyway.
 *
 * @returns `undefined` for a schema that breaks a rule: in strict mode, OpenAI would refuse it with 400.
 */
export function strictSchema(schema: JsonObject): JsonObject | undefined {
  const strict = schema.type === 'object' && isStrict(schema);
  return strict ? wrapReferences(pruneSchema(schema, isSent)) : undefined;
}

/** Strict mode refuses any keyword beside a `$ref`; a described one says the same within an `anyOf`. */
function wrapReferences(schema: JsonObject): JsonObject {
  const inside = mapSubschemas(schema, wrapReferences);
  const { $ref, ...beside } = inside;
  return $ref !== undefined && Object.keys(beside).length > 0
    ? { ...beside, anyOf: [{ $ref }] }
    : inside;
}

const formats = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '));
/** Left out: they narrow what is valid, but do not change its structure. */
const leftOut = new Set(
  '$schema $id $comment default examples deprecated readOnly writeOnly minLength maxLength uniqueItems'.split(
    ' ',
  ),
);
const allowed = new Set(
  'type properties required additionalProperties items enum const anyOf $ref $defs definitions title description pattern format multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems'.split(
    ' ',
  ),
);

const besideReference = new Set(['$ref', 'title', 'description', '$defs', 'definitions']);

function isSent(keyword: string, value: Json): boolean {
  return !leftOut.has(keyword) && (keyword !== 'format' || formats.has(String(value)));
}

function isStrict(schema: Json): boolean {
  if (!isJsonObject(schema)) return false;
  const isClosed =
    ![schema.type].flat().includes('object') ||
    (schema.additionalProperties === false && requiresAll(schema));
  // Beside a reference only words can be kept.
  const isPlain =
    schema.$ref === undefined ||
    Object.keys(schema).every((name) => leftOut.has(name) || besideReference.has(name));
  return (
    isPlain &&
    isClosed &&
    Object.entries(schema).every(
      ([keyword, value]) =>
        leftOut.has(keyword) ||
        keyword === 'additionalProperties' ||
        (allowed.has(keyword) && subschemas(keyword, value).every(isStrict)),
    )
  );
}

function requiresAll({ properties = {}, required = [] }: JsonObject): boolean {
  return Object.keys(properties as JsonObject).every((name) =>
    (required as readonly Json[]).includes(name),
  );
}
