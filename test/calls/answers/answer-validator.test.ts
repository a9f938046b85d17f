import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import {
  compileSchema,
  schemaFromZod,
  validatorFromZod,
} from '../../../src/calls/answers/parse-answer.ts';
import type { JsonObject } from '../../../src/wire/json.ts';

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

// biome-ignore format: a table is read by its columns
const refused: [what: string, schema: JsonObject, why: RegExp][] = [
  ['a misspelled keyword', object({ x: { type: 'string', minLenght: 3 } }), /#\/properties\/x has "minLenght", which is not supported/],
  ['not', { not: { type: 'string' } }, /# has "not"/],
  ['if', { type: 'object', if: {} }, /# has "if"/],
  ['dependentRequired', object({}, { dependentRequired: {} }), /# has "dependentRequired"/],
  ['nullable, which is not JSON Schema', object({ a: { type: 'string', nullable: true } }), /"nullable"/],
  ['an unknown type', { type: 'strin' }, /Unsupported type: strin/],
  ['a pattern that is none', { type: 'string', pattern: '(' }, /Invalid regular expression/],
  ['a pattern that would be read otherwise', { type: 'string', pattern: '\\p{L}+' }, /Unicode classes/],
  ['constraints without a type', { properties: { a: { type: 'string' } } }, /# has "properties" without "type"/],
  ['constraints beside $ref', object({ a: { $ref: '#/$defs/a', minLength: 2 } }, { $defs: { a: { type: 'string' } } }), /#\/properties\/a has "minLength" beside "\$ref"/],
  ['constraints beside enum', { type: 'string', enum: ['a'], pattern: 'b' }, /# has "pattern" beside "enum"/],
  ['an enum of lists', { enum: [[1], [2]] }, /lists values that are not plain/],
  ['an empty enum', { enum: [] }, /lists values that are not plain/],
  ['a required name without a property', object({}, { required: ['a'] }), /requires "a", which its properties do not define/],
  ['a reference outside', { $ref: 'https://example.com/schema.json' }, /only #\/\$defs\/<name> can be followed/],
  ['a reference into the middle', object({}, { $defs: { a: object({ b: { type: 'string' } }) }, properties: { x: { $ref: '#/$defs/a/properties/b' } } }), /only #\/\$defs\/<name> can be followed/],
  ['a reference to nothing', { $ref: '#/$defs/a' }, /Reference not found/],
  ['references in a circle', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }, /cannot be used/],
  ['anyOf and oneOf without a type', { anyOf: [{}], oneOf: [{}] }, /# has anyOf and oneOf without "type"/],
  ['patternProperties with additionalProperties', object({}, { patternProperties: { a: {} }, additionalProperties: { type: 'string' } }), /patternProperties and a schema for additionalProperties/],
  ['a property that is no schema', object({ a: 'string' }), /#\/properties\/a is not a schema/],
];

describe('a schema whose check would not be what it says is refused before any request', () => {
  for (const [what, schema, why] of refused) {
    test(what, () => {
      assert.throws(() => compileSchema(schema), {
        type: 'SchemaRejected',
        nonRetryable: true,
        message: why,
      });
    });
  }
});

// biome-ignore format: a table is read by its columns
const checked: [what: string, schema: JsonObject, valid: unknown[], invalid: unknown[]][] = [
  ['required and optional', object({ a: { type: 'string' }, b: { type: 'integer' } }, { required: ['a'] }), [{ a: '' }, { a: '', b: 1, c: 2 }], [{}, { a: 1 }, { a: '', b: 1.5 }]],
  ['a required property of any shape', object({ a: {} }, { required: ['a'] }), [{ a: null }], [{}]],
  ['closed', object({ a: { type: 'string' } }, { additionalProperties: false }), [{}], [{ b: 1 }]],
  ['a default is not filled in for a required property', object({ a: { type: 'number', default: 5 } }, { required: ['a'] }), [{ a: 1 }], [{}]],
  ['minItems of a list without items', { type: 'array', minItems: 2 }, [[1, 'a']], [[1]]],
  ['definitions without $schema', object({ a: { $ref: '#/definitions/n' } }, { definitions: { n: { type: 'number' } } }), [{ a: 1 }], [{ a: '1' }]],
  ['recursion', object({ child: { $ref: '#' } }, { additionalProperties: false }), [{ child: { child: {} } }], [{ child: { x: 1 } }]],
  ['type lists', { type: ['string', 'null'] }, ['a', null], [1]],
  ['anyOf', { anyOf: [{ type: 'string' }, { type: 'number', minimum: 3 }] }, ['a', 3], [2]],
  ['oneOf', { oneOf: [{ type: 'number', minimum: 3 }, { type: 'number', maximum: 5 }] }, [2, 6], [4]],
  ['enum', { type: 'string', enum: ['a', 'b'] }, ['a'], ['c', null]],
  ['uniqueItems', { type: 'array', items: {}, uniqueItems: true }, [[1, 2]], [[1, 1]]],
  ['a property called default', object({ default: { type: 'string' } }, { required: ['default'] }), [{ default: '' }], [{}]],
];

describe('a schema is checked as it says', () => {
  for (const [what, schema, valid, invalid] of checked) {
    test(what, () => {
      const validator = compileSchema(schema);
      for (const value of valid)
        assert.ok(validator.safeParse(value).success, JSON.stringify(value));
      for (const value of invalid)
        assert.ok(!validator.safeParse(value).success, JSON.stringify(value));
    });
  }

  test('schemas with the same id do not get into each other', () => {
    compileSchema({ $id: 'same', type: 'string' });
    assert.ok(compileSchema({ $id: 'same', type: 'number' }).safeParse(1).success);
  });
});

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
    assert.ok(compileSchema(schemaFromZod(schema)).safeParse({ a: 5 }).success);
    assert.ok(!validatorFromZod(schema).safeParse({ a: 5 }).success);
  });

  const inexpressible: [what: string, schema: z.ZodType][] = [
    ['a date', z.object({ at: z.date() })],
    ['a map', z.map(z.string(), z.string())],
    ['a bigint', z.bigint()],
    ['a symbol', z.symbol()],
  ];
  for (const [what, schema] of inexpressible) {
    test(`of ${what} cannot be asked for`, () => {
      for (const convert of [schemaFromZod, validatorFromZod]) {
        assert.throws(() => convert(schema), { type: 'SchemaRejected', nonRetryable: true });
      }
    });
  }
});
