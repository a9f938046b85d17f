import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { judgeText } from '../../../src/calls/answers/judge-text.ts';
import type { JsonObject } from '../../../src/wire/json.ts';

const good = { items: [{ name: 'nails' }], currency: 'eur', note: null };
const text = JSON.stringify(good);

// biome-ignore format: a table is read by its columns
const readable: [what: string, text: string, mended?: string[]][] = [
  ['JSON', text],
  ['JSON with blanks around', `\n ${text} \n`],
  ['JSON after a byte order mark', `\ufeff${text}`],
  ['a thought before', `<think>\nFirst {"items": 1}, then...\n</think>\n\n${text}`],
  ['a thought whose beginning the server kept', `I add up {a}.\n</think>\n${text}`],
  ['a thought in other marks', `[THINK]{"a":1}[/THINK]\n${text}`],
  ['two thoughts', `<thinking>{"a":1}</thinking> <reflection>{"a":2}</reflection>${text}`],
  ['a thought in between', `Well. <thought>{"a":1}</thought> So: ${text}`],
  ['a channel of its own for thought', `<|channel|>analysis<|message|>{"a":1}<|end|><|start|>assistant<|channel|>final<|message|>${text}`],
  ['a thought and a fence', `<think>x</think>\n\`\`\`json\n${text}\n\`\`\``],
  ['a code fence', `\`\`\`json\n${text}\n\`\`\``],
  ['a code fence on one line', `\`\`\`json ${text} \`\`\``],
  ['a code fence that does not close', `\`\`\`json\n${text}`],
  ['a code fence in prose', `Here you are:\n\`\`\`\n${text}\n\`\`\`\nAnything else?`],
  ['prose around', `Here is what you asked for:\n${text}\nTell me if you need more.`],
  ['prose with words in brackets', `As asked [see above], {name} is:\n${text}`],
  ['tags around', `<answer>${text}</answer>`],
  ['single quotes', text.replaceAll('"', "'"), ['strings in single quotes']],
  ['a comma before a bracket', text.replace('null}', 'null,}'), ['a comma before a closing bracket']],
  ['bare keys', text.replaceAll(/"(\w+)":/g, '$1:'), ['keys without quotes']],
  ['comments', text.replace('"note"', '/* none */ "note"').replace('"currency"', '// of the shop\n"currency"'), ['comments']],
  ['mended inside a fence', `\`\`\`json\n${text.replace('null}', 'null,}')}\n\`\`\``, ['a comma before a closing bracket']],
  ['mended in prose', `Here: ${text.replace('null}', 'null,}')} Good?`, ['a comma before a closing bracket']],
];

describe('an answer that can be read', () => {
  for (const [what, answer, mended] of readable) {
    test(what, () =>
      assert.deepEqual(judgeText(answer, { schema: {} }), {
        kind: 'valid',
        value: good,
        ...(mended && { mended }),
      }),
    );
  }
  // biome-ignore format: a table is read by its columns
  const values: [what: string, text: string, value: unknown][] = [
    ['a fence inside of a string is content', '"```json\\n{}\\n```"', '```json\n{}\n```'],
    ['a tag inside of a string is content', '{"a":"</think> {"}', { a: '</think> {' }],
    ['a tag inside of a string in prose is content', 'Here: {"a":"<think>b</think>"}', { a: '<think>b</think>' }],
    ['a character in two halves', '"\\ud83d\\ude00"', '😀'],
    ['a number', '```json\n12.50\n```', 12.5],
    ['a word', ' true ', true],
    ['escapes', '"\\u00e4\\n\\\\ \\/"', 'ä\n\\ /'],
    ['an empty object', '{}', {}],
  ];
  for (const [what, answer, value] of values) {
    test(what, () => assert.deepEqual(judgeText(answer, { schema: {} }), { kind: 'valid', value }));
  }
  test('a name of the language is a name like any other', () => {
    const judged = judgeText('{"__proto__": {"a": 1}}', { schema: {} });
    assert.equal(JSON.stringify(judged), '{"kind":"valid","value":{"__proto__":{"a":1}}}');
  });
});

// biome-ignore format: a table is read by its columns
const notJson: [what: string, text: string, slip: string][] = [
  ['nothing', '', 'no JSON'],
  ['prose', 'I cannot help with that.', 'no JSON'],
  ['nothing after the thought', '<think>{"a":1}</think>', 'no JSON'],
  ...['<think>', '<thinking>', '<think effort="low">', '<thought>', '<reasoning>', '<seed:think>', '[THINK]', '◁think▷', '<|begin_of_thought|>', '<|START_THINKING|>', '<|channel|>analysis<|message|>', 'Well. <think>', '<think>a</think>Well. <think>'].map(
    (mark): [string, string, string] => [`a thought that does not end: ${mark}`, `${mark}perhaps {"a":1}, but`, 'no JSON'],
  ),
  ['thoughts alone', '<think>a</think><thinking>{"a":1}</thinking>', 'no JSON'],
  ['the end of a thought alone', 'perhaps {"a":1}\n</reasoning>', 'no JSON'],
  ['half a character', '{"name": "a\\ud83d"}', 'half a character'],
  ['half a character in a key', '{"\\ude00": 1}', 'half a character'],
  ['two values', '{"a":1} or {"a":2}', 'more than one value'],
  ['a value a line', '{"a":1}\n{"a":2}', 'more than one value'],
  ['two fences', '```json\n{"a":1}\n```\n```json\n{"a":2}\n```', 'more than one value'],
  ['cut within a number', '{"items":[],"total": 12', 'unclosed bracket'],
  ['cut within a string', '{"items":[],"currency":"eu', 'unclosed string'],
  ['cut within an escape', '{"a":"x\\', 'unclosed string'],
  ['cut between brackets', '{"items":[{"name":"nails"}', 'unclosed bracket'],
  ['cut, with prose before', 'Here: {"items":[{"name":"nails"}', 'unclosed bracket'],
  ['cut within a fence', '```json\n{"items":[{"name":"nails"', 'unclosed bracket'],
  ['closed too early', '{"items":[{"n":1}]}, "total": 3}', 'brackets that cross'],
  ['a bracket too many', '{"a":1}}', 'brackets that cross'],
  ['outer brackets missing', '"order": {"a": 1}', 'brackets that cross'],
  ['properties without an object', '"a": 1, "b": [2]', 'brackets that cross'],
  ['brackets that cross', '{"items":[}]', 'missing value'],
  ['another bracket', '{"items":[1}', 'brackets that cross'],
  ['abbreviated', '{"items":[{"name":"nails"}, ...],"note":null}', 'left out'],
  ['abbreviated with one character', '{"items":[…]}', 'left out'],
  ['abbreviated in a comment', '{"items":[1 /* ... */]}', 'left out'],
  ['abbreviated in words', '{"items":[1 // and 30 more\n]}', 'left out'],
  ['a dash for nothing', '{"total": -, "currency": "eur"}', 'bad number'],
  ['an exponent without digits', '{"total": 12e, "currency": "eur"}', 'bad number'],
  ['a number in two parts', '{"total": 1 234}', 'unquoted text'],
  ['a number with a comma', '{"total": 1,234}', 'unquoted text'],
  ['a number with underscores', '{"total": 1_000}', 'bad number'],
  ['a number with zeros before', '{"total": 007}', 'bad number'],
  ['a number that ends with its point', '{"total": 1.}', 'bad number'],
  ['a number without its zero', '{"total": .5}', 'unexpected character'],
  ['a number in hexadecimal', '{"total": 0x1F}', 'bad number'],
  ['a number with its unit', '{"total": 12€}', 'bad number'],
  ['no value', '{"total": , "currency": "eur"}', 'missing value'],
  ['no value in a list', '[1,,2]', 'missing value'],
  ['a word of another language', '{"note": None}', 'unquoted text'],
  ['no number', '{"note": NaN}', 'unquoted text'],
  ['undefined', '{"note": undefined}', 'unquoted text'],
  ['text without quotes', '{"note": hello}', 'unquoted text'],
  ['an apostrophe in single quotes', "{'name': 'Sinead O'Brien'}", 'unquoted text'],
  ['an escape in single quotes', "{'name': 'Sinead O\\'Brien'}", 'single quotes'],
  ['a quote that is not escaped', '{"name": "3" pipe"}', 'unquoted text'],
  ['typographic quotes', '{“name”: “x”}', 'unquoted text'],
  ['strings that are added', '{"name": "a" + "b"}', 'unexpected character'],
  ['a comma missing', '{"a": "x" "b": 1}', 'unquoted text'],
  ['a path of Windows', '{"name": "d:\\proj\\src"}', 'bad escape'],
  ['a regular expression', '{"name": "^\\d+$"}', 'bad escape'],
  ['a code point that is none', '{"name": "\\u12"}', 'bad escape'],
  ['a line that breaks in a string', '{"name": "a\nb"}', 'control character'],
  ['JSON within JSON that is not escaped', '{"a": "{"b": 1}"}', 'unquoted text'],
  ['escaped as a whole', '{\\"a\\": 1}', 'unexpected character'],
  ['12,000 levels', `{"tree": ${'['.repeat(12_000)}${']'.repeat(12_000)}}`, 'nested too deep'],
];

describe('nothing is made up, completed, split or escaped again', () => {
  for (const [what, answer, slip] of notJson) {
    test(what, () => {
      for (const shape of [{ schema: {} }, { schema: {}, answer: z.any() }]) {
        const judged = judgeText(answer, shape);
        assert.ok(judged.kind === 'not JSON', JSON.stringify(judged));
        assert.equal(judged.fingerprint, `not JSON: ${slip}`);
      }
    });
  }
});

const of = (id: JsonObject): JsonObject => ({ type: 'object', properties: { id } });
const number = of({ type: 'number' });
const either = of({ type: ['number', 'string'] });
const asString =
  'the number as a string in double quotes, with every digit: it cannot be kept else';

describe('numbers are exact or refused', () => {
  // biome-ignore format: a table is read by its columns
  const rows: [digits: string, kind: 'kept' | 'rounded' | 'refused', value?: number][] = [
    ['9007199254740991', 'kept', 9007199254740991],
    ['9007199254740992', 'refused'],
    ['-9007199254740993', 'refused'],
    ['2512292042121000001', 'refused'],
    ['9007199254740991.5', 'refused'],
    ['1e20', 'refused'],
    ['1e400', 'refused'],
    ['1e-400', 'refused'],
    ['4e-320', 'refused'],
    ['0.1', 'kept', 0.1],
    ['1200.50', 'kept', 1200.5],
    ['1.5e3', 'kept', 1500],
    ['0e5', 'kept', 0],
    ['0.1234567890123456789', 'rounded', 0.12345678901234568],
    ['1125899906842624.3', 'rounded', 1125899906842624.2],
    ['1.0000000000000000001', 'rounded', 1.0000000000000002],
    ['-3.0000000000000000001', 'rounded', -3.000000000000001],
    ['0.99999999999999999999', 'rounded', 0.9999999999999999],
    ['29999999999999999999e-19', 'rounded', 2.9999999999999996],
    ['10.00', 'kept', 10],
    ['4503599627370497.3', 'refused'],
  ];
  for (const [digits, kind, value] of rows) {
    test(`${digits} is ${kind}`, () => {
      const answer = `{"id": ${digits}}`;
      const mended = kind === 'rounded' ? { mended: ['id rounded'] } : {};
      const whole = { kind: 'valid', value: { id: value }, ...mended };
      const refused = { kind: 'not held', paths: ['id'] };
      assert.deepEqual(
        judgeText(answer, { schema: number }),
        value === undefined ? refused : whole,
      );
      const asked = {
        kind: 'invalid',
        issues: [{ path: 'id', expected: asString }],
        fingerprint: `id not_held (${asString})`,
      };
      const shapes = [
        { schema: either },
        { schema: {}, answer: z.object({ id: z.union([z.number(), z.string()]) }) },
      ];
      for (const shape of shapes) {
        assert.deepEqual(judgeText(answer, shape), value === undefined ? asked : whole);
      }
    });
  }

  test('a number that is marked exact is not rounded either', () => {
    const answer = '{"id": 0.1234567890123456789}';
    const refused = { kind: 'not held', paths: ['id'] };
    assert.deepEqual(judgeText(answer, { schema: of({ type: 'number', exact: true }) }), refused);
    const zod = z.object({ id: z.number().meta({ exact: true }) });
    assert.deepEqual(judgeText(answer, { schema: {}, answer: zod }), refused);
    const asked = judgeText(answer, { schema: of({ type: ['number', 'string'], exact: true }) });
    assert.equal(asked.kind, 'invalid');
    assert.deepEqual(judgeText('{"id": 0.5}', { schema: of({ exact: true }) }), {
      kind: 'valid',
      value: { id: 0.5 },
    });
  });

  test('a fraction that would be rounded to a whole number is no integer', () => {
    const shapes = [
      { schema: of({ type: 'integer' }) },
      { schema: {}, answer: z.object({ id: z.int() }) },
      { schema: of({ type: 'number', maximum: 1 }) },
    ];
    for (const shape of shapes) {
      assert.equal(judgeText('{"id": 1.0000000000000000001}', shape).kind, 'invalid');
      assert.equal(judgeText('{"id": 1.0}', shape).kind, 'valid');
    }
  });

  test('a number elsewhere, in a list for example, is named by its place', () => {
    const schema: JsonObject = { properties: { ids: { items: { type: 'integer' } } } };
    assert.deepEqual(judgeText('{"ids": [1, 12345678901234567890]}', { schema }), {
      kind: 'not held',
      paths: ['ids.1'],
    });
  });
});

test('a property that is there twice is an issue, whichever would win', () => {
  assert.deepEqual(judgeText('{"id": 1, "id": 2}', { schema: number }), {
    kind: 'invalid',
    issues: [{ path: 'id', expected: 'one property of this name' }],
    fingerprint: 'id repeated (one property of this name)',
  });
});

test('issues of a JSON Schema hold nothing of the answer', () => {
  const schema: JsonObject = {
    type: 'object',
    properties: {
      total: { type: 'number', minimum: 1 },
      items: { type: 'array', items: { type: 'object', required: ['name'] }, minItems: 3 },
      kind: { enum: ['a', 'b'] },
    },
    required: ['currency'],
    additionalProperties: { type: 'number' },
  };
  const answer = { total: 0, items: [{}, { name: 'SECRET' }], kind: 'SECRET', SECRET: 'SECRET' };
  const judged = judgeText(JSON.stringify(answer), { schema });
  assert.ok(judged.kind === 'invalid');
  assert.deepEqual(judged.issues.map(({ path, expected }) => `${path}: ${expected}`).sort(), [
    '*: number',
    'currency: a value',
    'items.0.name: a value',
    'items: at least 3 elements',
    'kind: one of "a", "b"',
    'total: at least 1',
  ]);
  assert.equal(
    judged.fingerprint,
    '* type (number); currency required (a value); items minItems (at least 3 elements); items.*.name required (a value); kind enum (one of "a", "b"); total minimum (at least 1)',
  );
});
