import type { AnySchemaObject, ValidateFunction } from 'ajv';
import type { JsonObject } from '../../wire/json.ts';
import { propertyNames } from './describe-issues.ts';
import type { ShapeCheck } from './judge-answer.ts';
import { pointerOf, schemaIssues } from './schema-issues.ts';
import { type Draft, notingExact, validatorFor } from './validators.ts';

/** A schema cannot be used. The message says why, in words for whoever wrote it. */
export class UnusableSchema extends Error {
  override readonly name = 'UnusableSchema';
}

/**
 * The check for a JSON Schema, of 2020-12, 2019-09 or draft 7. What would silently not be checked (an
 * unknown keyword, which may be a misspelled one; an unknown format; a reference outside) is refused.
 *
 * @throws UnusableSchema
 */
export function compileSchema(schema: JsonObject): ShapeCheck {
  const validate = compileFor(schema);
  // Only a check finds references that go in circles.
  for (const value of [null, {}, [], '', 0]) run(validate, value);
  const known = propertyNames(schema);
  const hasExact = JSON.stringify(schema).includes('"exact":true');
  return {
    known,
    check(value) {
      if (run(validate, value)) return { value };
      return { issues: schemaIssues(validate.errors ?? []) };
    },
    ...(hasExact && {
      exactPlaces(value) {
        const seen = notingExact(() => run(validate, value));
        return (path) => seen.has(pointerOf(path));
      },
    }),
  };
}

function compileFor({ $schema, ...schema }: JsonObject): ValidateFunction {
  const drafts = draftsFor($schema);
  let problem: unknown;
  for (const draft of drafts) {
    try {
      return validatorFor(draft, schema).compile(structuredClone(schema) as AnySchemaObject);
    } catch (error) {
      problem ??= error;
    }
  }
  throw new UnusableSchema(problem instanceof Error ? problem.message : 'it cannot be compiled');
}

/** Without a word of its own a schema is read as today's, or as draft 7 where it makes sense only so. */
function draftsFor($schema: unknown): readonly Draft[] {
  if ($schema === undefined) return ['2020-12', 'draft-07'];
  const [, draft] =
    /^https?:\/\/json-schema\.org\/(?:draft\/)?(draft-0[67]|2019-09|2020-12)\/schema#?$/.exec(
      String($schema),
    ) ?? [];
  if (draft === 'draft-06') return ['draft-07'];
  if (draft !== undefined) return [draft as Draft];
  throw new UnusableSchema(
    `$schema is ${JSON.stringify($schema)}; 2020-12, 2019-09 and draft 7 are checked`,
  );
}

function run(validate: ValidateFunction, value: unknown): boolean {
  try {
    return validate(value);
  } catch {
    throw new UnusableSchema('it goes in circles');
  }
}
