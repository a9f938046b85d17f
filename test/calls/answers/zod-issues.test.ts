import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { judgeText } from '../../../src/calls/answers/judge-text.ts';

const item = z.strictObject({ name: z.string().min(2), price: z.string() });
const order = z.strictObject({
  items: z.array(item).max(3),
  currency: z.enum(['eur', 'usd']),
  note: z.union([z.string(), z.null()]),
});
const good = { items: [{ name: 'nails', price: '12' }], currency: 'eur', note: null };

function issuesOf(value: unknown, validator: z.ZodType = order) {
  const read = judgeText(JSON.stringify(value), { schema: {}, answer: validator });
  assert.ok(read.kind === 'invalid', read.kind);
  return [read.issues.map(({ path, expected }) => `${path}: ${expected}`), read.fingerprint];
}

describe('what is wrong with an answer, without its values', () => {
  // biome-ignore format: a table is read by its columns
  const rows: [what: string, value: unknown, issues: string[], fingerprint: string, validator?: z.ZodType][] = [
    ['a wrong type', { ...good, items: 'SECRET' }, ['items: array'], 'items invalid_type (array)'],
    ['a missing property', { items: [], note: null }, ['currency: one of "eur", "usd"'], 'currency invalid_value (one of "eur", "usd")'],
    ['the second element', { ...good, items: [good.items[0], { name: 'nails', price: 12 }] }, ['items.1.price: string'], 'items.*.price invalid_type (string)'],
    ['two elements, one violation', { ...good, items: [{ name: 'aa', price: 1 }, { name: 'bb', price: 2 }] }, ['items.0.price: string', 'items.1.price: string'], 'items.*.price invalid_type (string)'],
    ['too short', { ...good, items: [{ name: 'S', price: '1' }] }, ['items.0.name: at least 2 characters'], 'items.*.name too_small (at least 2 characters)'],
    ['too many', { ...good, items: Array(4).fill(good.items[0]) }, ['items: at most 3 elements'], 'items too_big (at most 3 elements)'],
    ['a value outside of the list', { ...good, currency: 'SECRET' }, ['currency: one of "eur", "usd"'], 'currency invalid_value (one of "eur", "usd")'],
    ['a property that nobody asked for', { ...good, SECRET: 1 }, [': no properties besides those of the schema'], '(answer) unrecognized_keys (no properties besides those of the schema)'],
    ['no branch of a union', { ...good, note: 5 }, ['note: one of the alternatives', 'note: string', 'note: null'], 'note invalid_type (null); note invalid_type (string); note invalid_union (one of the alternatives)'],
    ['the answer as a whole', ['SECRET'], [': object'], '(answer) invalid_type (object)'],
    ['a name the model made up', { SECRET: 'x' }, ['*: number'], '* invalid_type (number)', z.record(z.string(), z.number())],
    ['a format', { at: 'SECRET' }, ['at: text in the format date'], 'at invalid_format (text in the format date)', z.object({ at: z.iso.date() })],
    ['a pattern', { at: 'SECRET' }, ['at: text matching /^\\d+$/'], 'at invalid_format (text matching /^\\d+$/)', z.object({ at: z.string().regex(/^\d+$/) })],
    ['a multiple', { n: 7 }, ['n: a multiple of 5'], 'n not_multiple_of (a multiple of 5)', z.object({ n: z.number().multipleOf(5) })],
    ['a refinement', { n: 7 }, ['n: must be even'], 'n custom (must be even)', z.object({ n: z.number().refine((n) => n % 2 === 0, 'must be even') })],
    ['a refinement whose message holds the value', { n: 'SECRET' }, ["n: to keep the schema's own rule"], "n custom (to keep the schema's own rule)", z.object({ n: z.string().refine(() => false, { error: ({ input }) => `got ${String(input)}` }) })],
  ];
  for (const [what, value, issues, fingerprint, validator] of rows) {
    test(what, () => {
      assert.deepEqual(issuesOf(value, validator), [issues, fingerprint]);
      assert.ok(!JSON.stringify(issuesOf(value, validator)).includes('SECRET'));
    });
  }
});

// biome-ignore format: a table is read by its columns
const unusable: [what: string, answer: z.ZodType, why: string][] = [
  ['a rule that throws', z.string().refine(() => { throw new Error('bug'); }), 'its own rule throws'],
  ['an asynchronous rule', z.string().refine(async () => true), 'it has an asynchronous rule'],
  ['a transform into a date', z.string().transform((text) => new Date(Number(text))), 'it makes of the answer a Date, which is no JSON'],
];
for (const [what, answer, why] of unusable) {
  test(`${what} is told as the schema's fault`, () =>
    assert.deepEqual(judgeText('"12"', { schema: {}, answer }), { kind: 'unusable', why }));
}
