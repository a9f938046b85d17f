import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { type FedBack, judgeRepair } from '../../../src/calls/answers/judge-repair.ts';
import { readAnswer } from '../../../src/calls/answers/parse-answer.ts';

const item = z.strictObject({ name: z.string().min(2), price: z.string() });
const order = z.strictObject({
  items: z.array(item).max(3),
  currency: z.enum(['eur', 'usd']),
  note: z.union([z.string(), z.null()]),
});
const good = { items: [{ name: 'nails', price: '12' }], currency: 'eur', note: null };
const text = JSON.stringify(good);

// biome-ignore format: a table is read by its columns
const readable: [what: string, text: string, mended: boolean][] = [
  ['JSON', text, false],
  ['JSON with blanks around', `\n ${text} \n`, false],
  ['a code fence', `\`\`\`json\n${text}\n\`\`\``, false],
  ['a code fence in prose', `Here you are:\n\`\`\`\n${text}\n\`\`\`\nAnything else?`, false],
  ['single quotes', text.replaceAll('"', "'"), true],
  ['a trailing comma', text.replace('null}', 'null,}'), true],
  ['bare keys', text.replaceAll(/"(\w+)":/g, '$1:'), true],
  ['Python\'s None', text.replace('null', 'None'), true],
  ['a comment', text.replace('"note"', '/* none */ "note"'), true],
  ['mended inside a fence', `\`\`\`json\n${text.replace('null}', 'null,}')}\n\`\`\``, true],
];

describe('an answer that can be read', () => {
  for (const [what, answer, mended] of readable) {
    test(what, () =>
      assert.deepEqual(readAnswer(answer, order), { kind: 'valid', value: good, mended }),
    );
  }
  test('a fence inside of a string is content', () => {
    const value = '```json\n{}\n```';
    assert.deepEqual(readAnswer(JSON.stringify(value), z.string()), {
      kind: 'valid',
      value,
      mended: false,
    });
  });
});

// biome-ignore format: a table is read by its columns
const notJson: [what: string, text: string][] = [
  ['nothing', ''],
  ['prose', 'I cannot help with that.'],
  ['cut within a number', '{"items":[],"currency":"eur","total": 12'],
  ['cut within a string', '{"items":[],"currency":"eu'],
  ['cut between brackets', '{"items":[{"name":"nails","price":"12"}'],
  ['cut within a fence', '```json\n{"items":[{"name":"nails"'],
  ['abbreviated', '{"items":[{"name":"nails","price":"12"}, ...],"currency":"eur","note":null}'],
  ['abbreviated with one character', '{"items":[…],"currency":"eur","note":null}'],
  ['brackets that cross', '{"items":[}]'],
];

describe('cut or abbreviated text is never mended: what is missing would be made up', () => {
  for (const [what, answer] of notJson) {
    test(what, () => {
      for (const validator of [order, z.any(), z.string()]) {
        assert.deepEqual(readAnswer(answer, validator), {
          kind: 'not JSON',
          fingerprint: 'not JSON',
        });
      }
    });
  }
});

function issuesOf(value: unknown, validator: z.ZodType = order) {
  const read = readAnswer(JSON.stringify(value), validator);
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

  test('a validator that throws is a typed failure, not a plain error', () => {
    const broken = z.string().refine(() => {
      throw new Error('bug');
    });
    assert.throws(() => readAnswer('"x"', broken), { type: 'SchemaRejected', nonRetryable: true });
  });
});

const invalid = (output: string, ...rules: string[]): FedBack => ({
  text: output,
  fingerprint: rules.join('; '),
});
const noJson = (output: string): FedBack => ({
  text: output,
  fingerprint: 'not JSON',
});

describe('sporadic or deterministic?', () => {
  // biome-ignore format: a table is read by its columns
  const rows: [what: string, previous: FedBack[], current: FedBack, verdict: string][] = [
    ['the first failure', [], invalid('1', 'a'), 'go on'],
    ['another violation', [invalid('1', 'a')], invalid('2', 'b'), 'go on'],
    ['a shrinking set', [invalid('1', 'a', 'b', 'c'), invalid('2', 'a', 'b')], invalid('3', 'a'), 'go on'],
    ['the same violation with other words', [invalid('1', 'a')], invalid('2', 'a'), 'same violation'],
    ['back to an earlier violation', [invalid('1', 'a'), invalid('2', 'b')], invalid('3', 'a'), 'same violation'],
    ['the very same words', [invalid('1', 'a')], invalid('1', 'a'), 'identical output'],
    ['no JSON, then a violation', [noJson('x')], invalid('1', 'a'), 'go on'],
    ['no JSON twice', [noJson('x')], noJson('y'), 'same violation'],
  ];
  for (const [what, previous, current, verdict] of rows) {
    test(`${what} -> ${verdict}`, () => assert.equal(judgeRepair(previous, current), verdict));
  }
});
