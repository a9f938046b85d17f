import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileSchema } from '../../../src/calls/answers/compile-schema.ts';
import type { JsonObject } from '../../../src/wire/json.ts';

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});

// biome-ignore format: a table is read by its columns
const refused: [what: string, schema: JsonObject, why: RegExp][] = [
  ['a misspelled keyword', object({ x: { type: 'string', minLenght: 3 } }), /unknown keyword: "minLenght"/],
  ['a misspelled format', object({ x: { type: 'string', format: 'datetime' } }), /unknown format "datetime"/],
  ['an unknown type', { type: 'strin' }, /type must be equal to one of the allowed values/],
  ['a pattern that is none', { type: 'string', pattern: '(' }, /Unterminated group/],
  ['a pattern that no single pass can read', { type: 'string', pattern: '^(?=.*[A-Z]).+$' }, /\(\?=/],
  ['a back-reference', { type: 'string', pattern: '^(a|b)\\1$' }, /\\1/],
  ['an empty enum', { enum: [] }, /enum must have non-empty array/],
  ['if without then', { if: { type: 'string' } }, /"if" without "then" and "else"/],
  ['a reference outside', { $ref: 'https://example.com/schema.json' }, /can't resolve reference https:\/\/example\.com/],
  ['a reference to nothing', { $ref: '#/$defs/a' }, /can't resolve reference #\/\$defs\/a/],
  ['references in a circle', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }, /circles|call stack/],
  ['a property that is no schema', object({ a: 'string' }), /properties\/a must be object,boolean/],
  ['a draft that is not checked', { $schema: 'http://json-schema.org/draft-04/schema#' }, /2020-12, 2019-09 and draft 7 are checked/],
];

describe('a schema that would not be checked as it says is refused', () => {
  for (const [what, schema, message] of refused) {
    test(what, () =>
      assert.throws(() => compileSchema(schema), { name: 'UnusableSchema', message }),
    );
  }
});

const uuid = '852e395d-693e-ed11-809a-c971856d9437';
// biome-ignore format: a table is read by its columns
const checked: [what: string, schema: JsonObject, valid: unknown[], invalid: unknown[]][] = [
  ['required and optional', object({ a: { type: 'string' }, b: { type: 'integer' } }, { required: ['a'] }), [{ a: '' }, { a: '', b: 1, c: 2 }], [{}, { a: 1 }, { a: '', b: 1.5 }]],
  ['a required property that nothing defines', { type: 'object', required: ['a'] }, [{ a: null }], [{}]],
  ['a required name that every object inherits', { type: 'object', required: ['constructor'] }, [JSON.parse('{"constructor":1}')], [{}]],
  ['closed', object({ a: { type: 'string' } }, { additionalProperties: false }), [{}], [{ b: 1 }]],
  ['closed over allOf', { allOf: [object({ a: {} })], properties: { b: {} }, unevaluatedProperties: false }, [{ a: 1, b: 1 }], [{ c: 1 }]],
  ['a default is not filled in for a required property', object({ a: { type: 'number', default: 5 } }, { required: ['a'] }), [{ a: 1 }], [{}]],
  ['minItems of a list without items', { type: 'array', minItems: 2 }, [[1, 'a']], [[1]]],
  ['definitions', object({ a: { $ref: '#/definitions/n' } }, { definitions: { n: { type: 'number' } } }), [{ a: 1 }], [{ a: '1' }]],
  ['a reference into the middle', object({ a: { type: 'number' }, b: { $ref: '#/properties/a' } }), [{ b: 1 }], [{ b: '1' }]],
  ['constraints beside $ref', object({ a: { $ref: '#/$defs/a', minLength: 2 } }, { $defs: { a: { type: 'string' } } }), [{ a: 'xy' }], [{ a: 'x' }, { a: 1 }]],
  ['recursion', object({ child: { $ref: '#' } }, { additionalProperties: false }), [{ child: { child: {} } }], [{ child: { x: 1 } }]],
  ['tuples of draft 7', { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }], additionalItems: false }, [['a']], [['a', 1], [1]]],
  ['tuples of draft 7 without $schema', { items: [{ type: 'string' }], additionalItems: false }, [['a']], [['a', 1]]],
  ['tuples of 2020-12', { prefixItems: [{ type: 'string' }], items: false }, [['a']], [['a', 1]]],
  ['type lists', { type: ['string', 'null'] }, ['a', null], [1]],
  ['constraints without a type', { properties: { a: { type: 'string' } } }, [{ a: '' }, 5], [{ a: 1 }]],
  ['anyOf', { anyOf: [{ type: 'string' }, { type: 'number', minimum: 3 }] }, ['a', 3], [2]],
  ['oneOf', { oneOf: [{ type: 'number', minimum: 3 }, { type: 'number', maximum: 5 }] }, [2, 6], [4]],
  ['not', { not: { type: 'string' } }, [1], ['a']],
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema has it.
  ['if, then, else', { if: { properties: { a: { const: 1 } } }, then: { required: ['b'] }, else: { required: ['c'] } }, [{ a: 1, b: 1 }, { a: 2, c: 1 }], [{ a: 1 }, { a: 2 }]],
  ['dependentRequired', { dependentRequired: { a: ['b'] } }, [{}, { a: 1, b: 1 }], [{ a: 1 }]],
  ['enum of any values', { enum: [[1], { a: 1 }, null] }, [[1], { a: 1 }, null], [[2], {}]],
  ['uniqueItems', { type: 'array', uniqueItems: true }, [[1, 2]], [[1, 1], [{ a: 1 }, { a: 1 }]]],
  ['a property called default', object({ default: { type: 'string' } }, { required: ['default'] }), [{ default: '' }], [{}]],
  ['nullable', { type: 'string', nullable: true }, ['a', null], [1]],
  ['decimals by what is written', { type: 'number', multipleOf: 0.01 }, [19.99, 0.07, 1e3, 0], [19.999]],
  ['a pattern anywhere in the text', { type: 'string', pattern: 'b+' }, ['abc'], ['ac']],
  ['two patterns', object({ a: { pattern: '^a$' }, b: { pattern: '^b$' } }), [{ a: 'a', b: 'b' }], [{ a: 'a', b: 'a' }, { a: 'b', b: 'b' }]],
  ['a pattern with Unicode classes', { type: 'string', pattern: '^\\p{L}+$' }, ['Größe'], ['5']],
  ['a pattern whose blank is any blank', { type: 'string', pattern: '^\\S+\\s\\S+$' }, ['a b', 'a\u00a0b'], ['ab']],
  ['a pattern that a look again and again would take hours for', { type: 'string', pattern: '^(\\w+\\s?)+$' }, ['one two'], [`${'a'.repeat(40)}!`]],
  ['a uuid of any version', { type: 'string', format: 'uuid' }, [uuid, uuid.toUpperCase()], [`urn:uuid:${uuid}`, `${uuid}0`]],
  ['an email by its standard', { type: 'string', format: 'email' }, ['a@example.com', 'root@localhost', '"a b"@example.com', 'a@[127.0.0.1]'], ['a', 'a..b@example.com', '.a@example.com', 'a@']],
  ['a date and time by its standard', { type: 'string', format: 'date-time' }, ['2026-02-28T10:00:00Z', '2026-02-28t10:00:00.5+01:00'], ['2026-02-30T10:00:00Z', '2026-02-28 10:00:00Z', '2026-02-28T10:00:00']],
  ['an address with letters of the world', { type: 'string', format: 'iri' }, ['https://exämple.com/ü'], ['exämple']],
  ['what other tools say of a schema', object({ a: { type: 'string', example: 'x' } }, { propertyOrdering: ['a'] }), [{ a: '' }], [{ a: 1 }]],
];

describe('a schema is checked as it says', () => {
  for (const [what, schema, valid, invalid] of checked) {
    test(what, () => {
      const { check } = compileSchema(schema);
      for (const value of valid) assert.ok('value' in check(value), JSON.stringify(value));
      for (const value of invalid) assert.ok('issues' in check(value), JSON.stringify(value));
    });
  }

  test('schemas with the same id do not get into each other', () => {
    compileSchema({ $id: 'same', type: 'string' });
    assert.ok('value' in compileSchema({ $id: 'same', type: 'number' }).check(1));
  });
});
