import { z } from 'zod';
import { schemaFromZod } from './answer-shape.ts';
import { outsideJson } from './outside-json.ts';
import { sampleValue } from './sample-value.ts';

/**
 * Why a question's zod schema could judge no answer, or hand none on: told where it is declared, not
 * when the first answer is paid for. What its structure does not show, one parse of a made-up value may.
 *
 * @throws SchemaRejected when JSON Schema cannot express what the model is to write.
 */
export function zodProblem(answer: z.ZodType): string | undefined {
  const schema = schemaFromZod(answer);
  const shown = structureOf(answer);
  if (shown.isAsync) return asyncRule;
  if (shown.made !== undefined) return madeOf(shown.made);
  try {
    const result = answer.safeParse(sampleValue(schema));
    const made = result.success ? outsideJson(result.data) : undefined;
    // Such a value may come of the made-up one only.
    return made === undefined || ['undefined', 'NaN', 'Infinity', '-Infinity'].includes(made)
      ? undefined
      : madeOf(made);
  } catch (error) {
    // A rule that throws may expect another value.
    return error instanceof z.core.$ZodAsyncError ? asyncRule : undefined;
  }
}

const asyncRule = 'it has an asynchronous rule, and answers are judged without waiting';

function madeOf(kind: string): string {
  return `it makes of the answer ${kind}, which is no JSON: it would not reach the workflow`;
}

/** Types whose values are no JSON; what a schema is read from, JSON Schema refuses by itself. */
const kinds: Readonly<Record<string, string>> = {
  date: 'a Date',
  map: 'a Map',
  set: 'a Set',
  bigint: 'a bigint',
  symbol: 'a symbol',
  file: 'a File',
  function: 'a function',
};

function structureOf(answer: z.ZodType): { readonly isAsync: boolean; readonly made?: string } {
  let isAsync = false;
  let made: string | undefined;
  for (const io of ['input', 'output'] as const) {
    z.toJSONSchema(answer, {
      io,
      unrepresentable: 'any',
      override({ zodSchema }) {
        const { def } = zodSchema._zod;
        const rules = [
          ...(def.checks ?? []).map(({ _zod }) => Reflect.get(_zod.def, 'fn')),
          ...(def.type === 'transform' ? [Reflect.get(def, 'transform')] : []),
        ];
        isAsync ||= rules.some((rule) => rule?.constructor.name === 'AsyncFunction');
        if (io === 'output') made ??= kinds[def.type];
      },
    });
  }
  return { isAsync, ...(made !== undefined && { made }) };
}
