import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { schemaFromZod } from '../../../src/calls/answers/answer-shape.ts';
import { judgeText } from '../../../src/calls/answers/judge-text.ts';

describe('a zod schema', () => {
  test('is sent as JSON Schema, and checked with its refinements', () => {
    const schema = z
      .strictObject({ a: z.int().min(1).max(9) })
      .refine(({ a }) => a !== 5, 'not five');
    assert.deepEqual(schemaFromZod(schema), {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['a'],
      additionalProperties: false,
    });
    const judged = (answer?: z.ZodType) =>
      judgeText('{"a":5}', { schema: schemaFromZod(schema), ...(answer && { answer }) }).kind;
    assert.deepEqual([judged(), judged(schema)], ['valid', 'invalid']);
  });

  const inexpressible: [what: string, schema: z.ZodType][] = [
    ['a date', z.object({ at: z.date() })],
    ['a map', z.map(z.string(), z.string())],
    ['a bigint', z.bigint()],
    ['a symbol', z.symbol()],
  ];
  for (const [what, schema] of inexpressible) {
    test(`of ${what} cannot be asked for`, () => {
      assert.throws(() => schemaFromZod(schema), { type: 'SchemaRejected', nonRetryable: true });
    });
  }
});
