import { z } from 'zod';
import { compileSchema, UnusableSchema } from './compile-schema.ts';
import { propertyNames } from './describe-issues.ts';
import type { ShapeCheck } from './judge-answer.ts';
import { outsideJson } from './outside-json.ts';
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
      // What a transform makes must arrive in the workflow as what its type says.
      const outside = outsideJson(result.data);
      if (outside === undefined) return { value: result.data };
      throw new UnusableSchema(`it makes of the answer ${outside}, which is no JSON`);
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
