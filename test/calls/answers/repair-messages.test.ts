import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { repairMessages } from '../../../src/calls/answers/repair-messages.ts';
import type { Json } from '../../../src/wire/json.ts';
import type { Message } from '../../../src/wire/message.ts';

const original: Message[] = [
  { role: 'system', content: 'extract the order' },
  { role: 'user', content: 'the email' },
];
const notJson = { kind: 'not JSON', slip: 'it ends within a string', fingerprint: '' } as const;
const badText = '{"total":1200}';
const invalid = (...paths: string[]) => ({
  kind: 'invalid' as const,
  text: badText,
  fingerprint: '',
  issues: paths.map((path) => ({ path, expected: 'string' })),
});

describe('the conversation of a repair call', () => {
  test('is the original once, the bad answer, and what is wrong with it', () => {
    assert.deepEqual(repairMessages(original, { text: badText }, invalid('total', '')), [
      { role: 'system', content: 'extract the order' },
      { role: 'user', content: 'the email' },
      { role: 'assistant', content: '{"total":1200}' },
      {
        role: 'user',
        content:
          'Your answer does not have the shape that was asked for:\n- total: expected string\n- the answer as a whole: expected string\nAnswer again with the whole corrected JSON and nothing else.',
      },
    ]);
  });

  test('says why an answer is not JSON', () => {
    const last = repairMessages(original, { text: 'oops' }, notJson).at(-1);
    assert.equal(
      last?.content,
      'Your answer is not valid JSON: it ends within a string. Answer again with the whole corrected JSON and nothing else.',
    );
  });

  test('gives every call of a tool a result, after what the model thought', () => {
    const call = (id: string, sku: Json) =>
      ({ type: 'tool-call', id, name: 'lookUp', arguments: { sku } }) as const;
    const toolCalls = [call('c-1', 'A-1'), call('c-2', 7)];
    const reasoning = [{ type: 'reasoning', text: 'two' }] as const;
    const bad = { text: 'Let me see.', toolCalls, reasoning };
    const result =
      'No tool was used: the arguments do not have the shape that was asked for:\n- lookUp.sku: expected string\nCall again, with the whole corrected arguments.';
    assert.deepEqual(repairMessages(original, bad, invalid('lookUp.sku')).slice(2), [
      {
        role: 'assistant',
        content: [...reasoning, { type: 'text', text: 'Let me see.' }, ...toolCalls],
      },
      {
        role: 'tool',
        content: [
          { type: 'tool-result', id: 'c-1', name: 'lookUp', result, isError: true },
          { type: 'tool-result', id: 'c-2', name: 'lookUp', result, isError: true },
        ],
      },
    ]);
  });

  test('leaves an empty answer out, which some providers refuse', () => {
    const messages = repairMessages(original, { text: ' \n' }, notJson);
    assert.deepEqual(
      messages.map(({ role }) => role),
      ['system', 'user', 'user'],
    );
  });

  test('shows twenty issues at most', () => {
    const paths = Array.from({ length: 50 }, (_, index) => `items.${index}`);
    const [feedback] = repairMessages(original, { text: badText }, invalid(...paths)).slice(-1);
    const lines = String(feedback?.content).split('\n');
    assert.deepEqual(
      [lines.length, lines[20], lines[21]],
      [23, '- items.19: expected string', '- and 30 more'],
    );
  });
});
