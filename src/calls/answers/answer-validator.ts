import { z } from 'zod';
import { createFailure } from '../../failures/create-failure.ts';
import type { Json, JsonObject } from '../../wire/json.ts';
import { prepareJsonSchema } from './json-schema-subset.ts';

/** Decides whether an answer has the shape asked for: a zod schema, refinements included. */
export type AnswerValidator<T> = z.ZodType<T>;

/**
 * The validator for a JSON Schema that a caller gave. What zod cannot check, or would silently not
 * check, is refused here, before any request is paid for.
 *
 * @throws SchemaRejected
 */
export function compileSchema(schema: JsonObject): AnswerValidator<Json> {
  const prepared = prepareJsonSchema(schema);
  if ('problem' in prepared) throw rejected(prepared.problem);
  try {
    const validator = z.fromJSONSchema(prepared.schema as Parameters<typeof z.fromJSONSchema>[0], {
      defaultTarget: prepared.draft,
      // zod's global registry would keep every caller's schema, and refuses an `id` seen before.
      registry: z.registry(),
    }) as AnswerValidator<Json>;
    // Only a check finds references that go in circles.
    validator.safeParse(null);
    return validator;
  } catch (error) {
    throw rejected(error instanceof Error ? error.message : 'it cannot be converted');
  }
}

/**
 * The JSON Schema that the provider is sent for a zod schema. Refinements are lost on this way, so
 * answers are checked with the zod schema itself: see {@link validatorFromZod}.
 *
 * @throws SchemaRejected when JSON Schema cannot express it (dates, maps, transforms to check).
 */
export function schemaFromZod(schema: z.ZodType): JsonObject {
  try {
    // The model writes what the schema reads: its input side.
    const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { io: 'input' });
    return JSON.parse(JSON.stringify(jsonSchema)) as JsonObject;
  } catch (error) {
    throw rejected(error instanceof Error ? error.message : 'it cannot be converted');
  }
}

/**
 * The validator for a zod schema: the schema itself, refinements included.
 *
 * @throws SchemaRejected as {@link schemaFromZod} does: an answer could never be asked for.
 */
export function validatorFromZod<T>(schema: z.ZodType<T>): AnswerValidator<T> {
  schemaFromZod(schema);
  return schema;
}

function rejected(why: string) {
  return createFailure('SchemaRejected', `the JSON Schema cannot be used: ${why}`, {
    details: { sent: false },
  });
}
