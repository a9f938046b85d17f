import type { JsonObject } from '../../wire/json.ts';
import type { ProviderFamily } from './provider-families.ts';
import { pruneSchema } from './prune-schema.ts';
import { type ProviderSchema, strictSchema } from './strict-schema.ts';

/** Keywords that do not affect what is valid. */
const annotations = new Set(
  '$schema $id $comment default examples deprecated readOnly writeOnly'.split(' '),
);

/**
 * What Google documents for `responseJsonSchema`; the AI SDK turns a `const` into an `enum`. Without
 * `maxItems`: several of them together are refused with a 400 that names nothing (vercel/ai#21192).
 */
const googleKeywords = new Set(
  '$defs $ref $anchor type format title description enum const items prefixItems minItems minimum maximum anyOf oneOf properties additionalProperties required'.split(
    ' ',
  ),
);

/**
 * The form in which a family's providers take a schema:
 *
 * - OpenAI has a strict mode with a subset of its own.
 * - Other servers that speak like it differ in what strict mode refuses (Azure refuses most): the
 *   schema as it is.
 * - Anthropic refuses most checks of values; the AI SDK leaves these out, and uses a forced tool
 *   where the schema has no form that Anthropic takes.
 * - Google takes the keywords that it documents.
 */
export function schemaFor(family: ProviderFamily, schema: JsonObject): ProviderSchema {
  switch (family) {
    case 'openai':
    case 'openai-responses':
      return strictSchema(schema);
    case 'openai-compatible':
      return { schema, strict: false };
    case 'anthropic':
      return { schema: pruneSchema(schema, (keyword) => !annotations.has(keyword)), strict: false };
    case 'google':
      return {
        schema: pruneSchema(schema, (keyword) => googleKeywords.has(keyword)),
        strict: false,
      };
  }
}
