import { z } from 'zod';
import { createFailure } from '../../failures/create-failure.ts';
import type { JsonObject } from '../../wire/json.ts';

/** The shape that an answer must have. */
export interface AnswerShape {
  /** What the provider is sent; the answer is checked with it unless there is a zod schema. */
  readonly schema: JsonObject;
  /** A question's own, refinements included: JSON Schema cannot say them. */
  readonly answer?: z.ZodType;
  /** Where another thread finds that schema; absent when it lives in this thread's memory only. */
  readonly question?: { readonly file: string; readonly name: string };
}

/**
 * The JSON Schema that the provider is sent for a zod schema. Refinements are lost on this way, so
 * answers are checked with the zod schema itself.
 *
 * @throws SchemaRejected when JSON Schema cannot express it (dates, maps, transforms to check).
 */
export function schemaFromZod(schema: z.ZodType): JsonObject {
  try {
    // The model writes what the schema reads: its input side.
    const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { io: 'input' });
    return JSON.parse(JSON.stringify(jsonSchema)) as JsonObject;
  } catch (error) {
    throw schemaRejected(error instanceof Error ? error.message : 'it cannot be converted');
  }
}

/** The failure of a schema that cannot be used, before anything is sent. */
export function schemaRejected(why: string) {
  return createFailure('SchemaRejected', `the JSON Schema cannot be used: ${why}`, {
    details: { sent: false },
  });
}
