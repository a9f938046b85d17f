import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeFor, withVerdict } from '../../src/activities/judge-call.ts';
import { AttemptError } from '../../src/failures/attempt-error.ts';
import type { JsonObject } from '../../src/wire/json.ts';

const parameters: JsonObject = {
  type: 'object',
  properties: { sku: { type: 'string' }, count: { type: 'integer' } },
  required: ['sku'],
};
const tools = [{ name: 'lookUp', parameters }];

async function judged(text: string) {
  const written = { type: 'tool-call', id: 'c-1', name: 'lookUp', arguments: text } as const;
  const usage = { inputTokens: 11, outputTokens: 7 };
  const answer = { text: '', finishReason: 'tool-calls', usage, toolCalls: [written] } as const;
  try {
    const { toolCalls = [], verdict, mended } = await withVerdict(answer, undefined, tools, 'x');
    const [call] = toolCalls;
    return { arguments: call?.arguments, ...(verdict && { verdict }), ...(mended && { mended }) };
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error;
    const { type, reason, sent, usage: paid } = error.fields;
    assert.deepEqual([sent, paid], [true, usage]);
    return `${type}: ${reason}`;
  }
}

const invalid = (given: JsonObject, path: string, expected: string, fingerprint: string) => ({
  arguments: given,
  verdict: { kind: 'invalid', issues: [{ path, expected }], fingerprint },
});
const asString =
  'the number as a string in double quotes, with every digit: it cannot be kept else';

// biome-ignore format: a table is read by its columns
const cases: readonly (readonly [what: string, text: string, ends: unknown])[] = [
  ['as the schema says', '{"sku":"B-2"}', { arguments: { sku: 'B-2' } }],
  ['mended', "{sku: 'B-2',}", { arguments: { sku: 'B-2' }, mended: ['lookUp: keys without quotes', 'lookUp: strings in single quotes', 'lookUp: a comma before a closing bracket'] }],
  ['of a wrong type', '{"sku":7}', invalid({ sku: 7 }, 'lookUp.sku', 'string', 'lookUp: sku type (string)')],
  ['with a name twice', '{"sku":"B-2","sku":"B-3"}', invalid({ sku: 'B-3' }, 'lookUp.sku', 'one property of this name', 'lookUp: sku repeated (one property of this name)')],
  ['with a number for which a string may stand', '{"sku":12345678901234567890}', invalid({ sku: 12345678901234567000 }, 'lookUp.sku', asString, `lookUp: sku not_held (${asString})`)],
  ['with a number that cannot be kept', '{"sku":"B-2","count":12345678901234567890}', 'SchemaMismatch: a number cannot be kept exactly, and the schema takes no string, at count'],
  ['cut', '{"sku": "B-', 'MalformedResponse: the arguments of the tool lookUp cannot be read: it ends within a string'],
  ['no object', '["B-2"]', 'MalformedResponse: the arguments of the tool lookUp cannot be read: they are no JSON object'],
  ['of nothing', '', 'MalformedResponse: the arguments of the tool lookUp cannot be read: they are no JSON object'],
];
for (const [what, text, ends] of cases) {
  test(`arguments of a tool that are ${what}`, async () =>
    assert.deepEqual(await judged(text), ends));
}

test('a tool that takes nothing is called with nothing', async () => {
  const written = { type: 'tool-call', id: 'c-1', name: 'now', arguments: '' } as const;
  const usage = { inputTokens: 1, outputTokens: 1 };
  const answer = { text: '', finishReason: 'tool-calls', usage, toolCalls: [written] } as const;
  const now = { name: 'now', parameters: { type: 'object', properties: {} } };
  const { toolCalls } = await withVerdict(answer, undefined, [now], 'x');
  assert.deepEqual(toolCalls, [{ ...written, arguments: {} }]);
});

test('what was cut at the limit is not read', async () => {
  const written = {
    type: 'tool-call',
    id: 'c-1',
    name: 'lookUp',
    arguments: '{"sku": "B-',
  } as const;
  const usage = { inputTokens: 1, outputTokens: 1 };
  const answer = { text: '', finishReason: 'length', usage } as const;
  assert.deepEqual(
    await withVerdict({ ...answer, toolCalls: [written] }, undefined, tools, 'x'),
    answer,
  );
});

test('a schema of a tool that cannot be checked is refused before anything is sent', async () => {
  const unusable = { name: 'lookUp', parameters: { type: 'object', requird: ['sku'] } };
  await assert.rejects(shapeFor({ tools: [unusable] }, {}), (error) => {
    assert.ok(error instanceof AttemptError);
    const { type, sent, reason = '' } = error.fields;
    assert.deepEqual([type, sent], ['SchemaRejected', false]);
    assert.match(reason, /^the schema of the tool lookUp cannot be used: .*requird/);
    return true;
  });
});
