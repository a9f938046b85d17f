import { z } from 'zod';
import { compileSchema, UnusableSchema } from './compile-schema.ts';
import { propertyNames } from './describe-issues.ts';
import type { ShapeCheck } from './judge-answer.ts';
import { zodIssues } from './zod-issues.ts';

/** The check for a question's own zod schema, refinements and transforms included. */
export function zodCheck(answer: z.ZodType): ShapeCheck {
  const schema = z.toJSONSchema(answer, { io: 'input', unrepresentable: 'any' });
  const known = propertyNames(schema);
  const hasExact = JSON.stringify(schema).includes('"exact":true');
  return {
    known,
    check(value) {
      const result = parse(answer, value);
      if (!result.success) return { issues: zodIssues(result.error.issues, known, value) };
      if (isJson(result.data)) return { value: result.data };
      throw new UnusableSchema('it makes of the answer what is no JSON');
    },
    // Their places are told by the JSON Schema, which has what `.meta({ exact: true })` says.
    ...(hasExact && { exactPlaces: compileSchema(withoutRules(schema)).exactPlaces }),
  };
}

function parse(answer: z.ZodType, value: unknown) {
  try {
    return answer.safeParse(value);
  } catch (error) {
    const isAsync = error instanceof z.core.$ZodAsyncError;
    throw new UnusableSchema(isAsync ? 'it has an asynchronous rule' : 'its own rule throws');
  }
}

/** Patterns and formats are zod's to check. */
function withoutRules(schema: object): Parameters<typeof compileSchema>[0] {
  return JSON.parse(
    JSON.stringify(schema, (key, value) =>
      (key === 'pattern' || key === 'format') && typeof value === 'string' ? undefined : value,
    ),
  );
}

/**
 * What a transform makes travels to the workflow as JSON, and must arrive as what its type says. JSON
 * leaves out fields that are undefined, as an optional one may be.
 */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (
    typeof value !== 'object' ||
    ![Object.prototype, null].includes(Object.getPrototypeOf(value))
  ) {
    return false;
  }
  return Object.values(value).every((field) => field === undefined || isJson(field));
}
